#include "model/compile.h"

#include "base/digest.h"
#include <stdlib.h>
#include <string.h>

uint32_t
twp_compile_stream(twp_compiler_t *c, const char *name)
{
    const twp_stream_use_t use = { name, twp_digest_stream_id(name) };

    twp_table_add(c, &c->stream, &use, 1);
    return use.id;
}

uint32_t
twp_compile_stream_suffix(twp_compiler_t *c, const char *name, const char *suffix)
{
    const char *whole = twp_arena_printf(c->arena, "%s%s", name, suffix);

    if (whole == NULL) {
        c->is_out_of_memory = true;
        return 0;
    }
    return twp_compile_stream(c, whole);
}

static int
by_id(const void *a, const void *b)
{
    const twp_stream_use_t *x = a, *y = b;

    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return strcmp(x->name, y->name);
}

/** Two names with one id would draw the same numbers: one of them has to pin another name. */
void
twp_compile_check_streams(twp_compiler_t *c)
{
    twp_stream_use_t *use = c->stream.row;

    c->model->n_streams = c->stream.n;
    if (c->stream.n < 2)
        return;
    qsort(use, (size_t) c->stream.n, sizeof *use, by_id);
    for (int k = 1; k < c->stream.n; k++) {
        if (use[k].id != use[k - 1].id || strcmp(use[k].name, use[k - 1].name) == 0)
            continue;
        const twp_place_t place = { c->study->name, 0, 0, use[k].name };
        twp_findings_add(c->findings, place, use[k].name, "another name, or `stream:` with one",
            NULL, "its random stream has the same id as that of %s", use[k - 1].name);
    }
}
