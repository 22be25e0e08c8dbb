/**
 * A main() for a fuzz target built without libFuzzer (TWP_FUZZ_STANDALONE): changes seeds at
 * random, always in the same way, and feeds the target with them.
 *
 *   PROGRAM [-n RUNS] [FILE...]    default: FUZZ_RUNS (20000) runs on the seeds built in
 *
 * Include last, after LLVMFuzzerTestOneInput and `static const char *const seeds[]`.
 */
#ifndef TWP_FUZZ_STANDALONE_H
#define TWP_FUZZ_STANDALONE_H
#ifdef TWP_FUZZ_STANDALONE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_MOST_BYTES ((size_t) 65536)
#ifndef FUZZ_RUNS
#define FUZZ_RUNS 20000
#endif

/* SplitMix64 (Steele, Lea & Flood 2014). */
static uint64_t
fuzz_random(uint64_t *state)
{
    uint64_t x = *state += 0x9E3779B97F4A7C15u;

    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

/*
 * One change: a byte flipped, replaced, put in, taken out; a piece repeated or moved; the end cut.
 */
static size_t
fuzz_change(uint8_t *bytes, size_t n, uint64_t *random)
{
    static const uint8_t odd[] = "{}[]:,-#&*!|>'\"%@`?\n\r\t \0\1\x7F\xC3\xA9\xE2\x80\xA8\xFF.=e+0";
    const size_t i = n > 0 ? fuzz_random(random) % n : 0;
    const size_t j = n > 0 ? fuzz_random(random) % n : 0;
    const size_t length = n > 0 ? fuzz_random(random) % (n - (i > j ? i : j)) % 64 : 0;
    const uint8_t one = odd[fuzz_random(random) % (sizeof odd - 1)];

    switch (n > 0 ? fuzz_random(random) % 7 : 2) {
    case 0: bytes[i] ^= (uint8_t) (1u << fuzz_random(random) % 8); return n;
    case 1: bytes[i] = one; return n;
    case 2:
        if (n == FUZZ_MOST_BYTES)
            return n;
        memmove(bytes + i + 1, bytes + i, n - i);
        bytes[i] = one;
        return n + 1;
    case 3: memmove(bytes + i, bytes + i + 1, n - i - 1); return n - 1;
    case 4: memmove(bytes + i, bytes + j, length); return n;
    case 5:
        if (n + length > FUZZ_MOST_BYTES)
            return n;
        memmove(bytes + i + length, bytes + i, n - i);
        return n + length;
    default: return fuzz_random(random) % 8 == 0 ? i : n;
    }
}

/* Feeds the target with a seed changed more and more, then starts from the seed again. */
static void
fuzz_seed(const uint8_t *seed, size_t n_seed, long n_runs, uint64_t *random)
{
    static uint8_t bytes[2 * FUZZ_MOST_BYTES];
    size_t n = 0;

    for (long i = 0; i < n_runs; i++) {
        uint8_t *exact;
        if (i % 16 == 0) {
            n = n_seed < FUZZ_MOST_BYTES ? n_seed : FUZZ_MOST_BYTES;
            memcpy(bytes, seed, n);
        }
        if (i > 0)
            n = fuzz_change(bytes, n, random);
        exact = malloc(n > 0 ? n : 1); /* so that a sanitizer sees a byte too many */
        if (exact == NULL)
            abort();
        memcpy(exact, bytes, n);
        LLVMFuzzerTestOneInput(exact, n);
        free(exact);
    }
}

static void
fuzz_file(const char *path, long n_runs, uint64_t *random)
{
    static uint8_t bytes[FUZZ_MOST_BYTES];
    FILE *const file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        exit(1);
    }
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    fuzz_seed(bytes, n, n_runs, random);
}

int
main(int argc, char **argv)
{
    const bool has_n = argc > 2 && strcmp(argv[1], "-n") == 0;
    const int i_first = has_n ? 3 : 1;
    const long n_runs = has_n ? atol(argv[2]) : FUZZ_RUNS;
    const long n_builtin = (long) (sizeof seeds / sizeof seeds[0]);
    uint64_t random = 20240917;

    for (int i = i_first; i < argc; i++)
        fuzz_file(argv[i], n_runs / (argc - i_first), &random);
    for (long i = 0; i < n_builtin && i_first >= argc; i++)
        fuzz_seed((const uint8_t *) seeds[i], strlen(seeds[i]), n_runs / n_builtin, &random);
    return 0;
}

#endif
#endif
