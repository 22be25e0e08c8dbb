/* Two things that would draw the same random numbers. */
#include "study/read.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *stream, *what;
    twp_place_t place;
    int i_counter; /* exits that share a counter share a stream as well */
} drawer_t;

static int
compare_drawers(const void *a, const void *b)
{
    const drawer_t *x = a, *y = b;
    const int order = strcmp(x->stream, y->stream);

    return order != 0 ? order : strcmp(x->what, y->what);
}

static int
list_drawers(twp_read_t *read, drawer_t *drawer)
{
    const twp_study_typed_t *study = read->study;
    int n = 0;

    for (int i = 0; i < study->n_attributes; i++)
        if (study->attribute[i].stream != NULL)
            drawer[n++] = (drawer_t){ study->attribute[i].stream, study->attribute[i].name,
                twp_read_place(read->attribute_spot[i]), -1 };
    for (int i = 0; i < study->n_variables; i++)
        if (study->variable[i].stream != NULL)
            drawer[n++] = (drawer_t){ study->variable[i].stream, study->variable[i].name,
                twp_read_place(read->variable_spot[i]), -1 };
    for (int i = 0; i < study->n_exits; i++) {
        const twp_study_exit_t *exit = &study->exit[i];
        drawer[n++] = (drawer_t){ exit->stream, exit->qualified, exit->place,
            exit->i_counter_of >= 0 ? exit->i_counter_of : i };
    }
    for (int i = 0; i < study->n_supports; i++)
        if (study->support[i].rollout_stream != NULL)
            drawer[n++] = (drawer_t){ study->support[i].rollout_stream, study->support[i].name,
                twp_read_place(read->support_spot[i]), -1 };
    for (int i = 0; i < study->n_tracks; i++)
        if (study->track[i].n_starts > 1)
            drawer[n++] = (drawer_t){ twp_read_printf(read, "patient.%s", study->track[i].name),
                study->track[i].name, twp_read_place(read->track_spot[i]), -1 };
    if (study->enters != NULL)
        drawer[n++] = (drawer_t){ study->enters_stream, "enters",
            twp_read_place(twp_read_get(read, twp_read_get(read, read->root, "patient"), "enters")),
            -1 };
    return n;
}

void
twp_check_streams(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;
    drawer_t *drawer = TWP_READ_NEW(read, drawer_t,
        study->n_attributes + study->n_variables + study->n_exits + study->n_supports +
            study->n_tracks + 1);
    const int n = list_drawers(read, drawer);

    qsort(drawer, (size_t) n, sizeof *drawer, compare_drawers);
    for (int i = 1; i < n; i++)
        if (strcmp(drawer[i - 1].stream, drawer[i].stream) == 0 &&
            strcmp(drawer[i - 1].what, drawer[i].what) != 0 && /* one name twice: told already */
            (drawer[i].i_counter < 0 || drawer[i - 1].i_counter != drawer[i].i_counter))
            twp_read_fail(read, drawer[i].place, drawer[i].stream, "a stream of its own", NULL,
                "%s draws the same random numbers as %s", drawer[i].what, drawer[i - 1].what);
}
