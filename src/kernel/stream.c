#include "kernel/stream.h"

#include <Random123/philox.h>

void
twp_stream_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    const philox4x32_ctr_t c = { { counter[0], counter[1], counter[2], counter[3] } };
    const philox4x32_key_t k = { { key[0], key[1] } };
    const philox4x32_ctr_t r = philox4x32_R(10, c, k);

    for (int i = 0; i < 4; i++)
        out[i] = r.v[i];
}

uint64_t
twp_stream_draw_bits(uint64_t seed, uint64_t twin_id, uint32_t stream, uint32_t occurrence)
{
    const philox4x32_ctr_t c = { { (uint32_t) twin_id, (uint32_t) (twin_id >> 32), stream,
        occurrence } };
    const philox4x32_key_t k = { { (uint32_t) seed, (uint32_t) (seed >> 32) } };
    const philox4x32_ctr_t r = philox4x32_R(10, c, k);

    return (uint64_t) r.v[1] << 32 | r.v[0];
}

double
twp_stream_draw_uniform(uint64_t seed, uint64_t twin_id, uint32_t stream, uint32_t occurrence)
{
    const uint64_t k = twp_stream_draw_bits(seed, twin_id, stream, occurrence) >> 12;

    return ((double) k + 0.5) * 0x1p-52;
}
