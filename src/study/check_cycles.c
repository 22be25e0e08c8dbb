/* Loops that take no time: states that send a twin round for ever, actions that do themselves. */
#include "study/read.h"

#include <string.h>

/* ---- states --------------------------------------------------------------------------------- */

#define MAX_LOOP 32      /* exits in one loop */
#define MAX_STEPS 100000 /* of the whole search */

/* An exit that answers the entry into a state. */
typedef struct {
    int i_exit;
    bool is_sure; /* no guard, no chance: it always goes to its one target */
} answer_t;

typedef struct {
    twp_read_t *read;
    int *first, *n;       /* [states] range of answers to the entry into a state */
    answer_t *answer;     /* by state, then exit: the first that can answers */
    int *state, *assumed; /* [tracks] where each is, where it was taken to begin; -1: anywhere */
    bool *is_reported;    /* [exits] */
    int n_steps, depth, i_exit_0, g_0;
} search_t;

static int
global_state(const twp_read_t *read, int i_track, int i_state)
{
    return read->state_first[i_track] + i_state;
}

static bool
is_sure(twp_read_t *read, const twp_study_exit_t *exit)
{
    double guard = 1;

    if (exit->guard != NULL && !twp_read_is_known(read, exit->guard, &guard))
        return false;
    return guard != 0 && exit->n_branches == 1 && exit->branch[0].i_target >= 0;
}

/* Answers by state: counted, then filled in the order of the exits. */
static void
list_answers(search_t *search)
{
    const twp_study_typed_t *study = search->read->study;
    int n_all = 0;

    for (int pass = 0; pass < 2; pass++) {
        for (int e = 0; e < study->n_exits; e++)
            for (int u = 0; u < study->exit[e].n_upon; u++) {
                const twp_happening_t *upon = &study->exit[e].upon[u];
                int g;
                if (upon->kind != TWP_HAPPENING_STATE)
                    continue;
                g = global_state(search->read, upon->i, upon->j);
                if (pass == 1)
                    search->answer[search->first[g] + search->n[g]] =
                        (answer_t){ e, is_sure(search->read, &study->exit[e]) };
                search->n[g]++;
                n_all += pass == 0;
            }
        if (pass == 1)
            break;
        search->answer = TWP_READ_NEW(search->read, answer_t, n_all);
        n_all = 0;
        for (int t = 0; t < study->n_tracks; t++)
            for (int s = 0; s < study->track[t].n_states; s++) {
                const int g = global_state(search->read, t, s);
                search->first[g] = n_all;
                n_all += search->n[g];
                search->n[g] = 0;
            }
    }
}

/* Every track that the loop touches is where it began. */
static bool
is_back(const search_t *search)
{
    for (int t = 0; t < search->read->study->n_tracks; t++)
        if (search->assumed[t] >= 0 && search->state[t] != search->assumed[t])
            return false;
    return true;
}

static bool follow(search_t *search, int g);

/* Takes an exit and looks on from the state that it enters. */
static bool
take(search_t *search, int i_exit)
{
    const twp_study_exit_t *exit = &search->read->study->exit[i_exit];
    const int t = exit->i_track, before = search->state[t], assumed = search->assumed[t];
    const int g = global_state(search->read, t, exit->branch[0].i_target);
    bool is_loop;

    if (search->depth == MAX_LOOP || ++search->n_steps > MAX_STEPS)
        return false;
    if (before < 0)
        search->assumed[t] = exit->i_state;
    search->state[t] = exit->branch[0].i_target;
    search->depth++;
    is_loop = (g == search->g_0 && is_back(search)) || follow(search, g);
    search->depth--;
    search->state[t] = before;
    search->assumed[t] = assumed;
    return is_loop;
}

/* Whether an earlier exit of the same state answers the same entry. */
static bool
is_forestalled(const search_t *search, int g, int k)
{
    const twp_study_exit_t *exit = search->read->study->exit;
    const twp_study_exit_t *own = &exit[search->answer[search->first[g] + k].i_exit];

    for (int i = 0; i < k; i++) {
        const twp_study_exit_t *other = &exit[search->answer[search->first[g] + i].i_exit];
        if (other->i_track == own->i_track && other->i_state == own->i_state)
            return true;
    }
    return false;
}

static bool
follow(search_t *search, int g)
{
    for (int k = 0; k < search->n[g]; k++) {
        const answer_t *answer = &search->answer[search->first[g] + k];
        const twp_study_exit_t *exit = &search->read->study->exit[answer->i_exit];
        const int at = search->state[exit->i_track];
        if (answer->is_sure && (at < 0 || at == exit->i_state) && !is_forestalled(search, g, k) &&
            take(search, answer->i_exit)) {
            search->is_reported[answer->i_exit] = true;
            return true;
        }
    }
    return false;
}

static void
try_from(search_t *search, int g, int k)
{
    twp_read_t *read = search->read;
    const twp_study_typed_t *study = read->study;
    const answer_t *answer = &search->answer[search->first[g] + k];
    const twp_study_exit_t *exit = &study->exit[answer->i_exit];

    if (!answer->is_sure || search->is_reported[answer->i_exit] || is_forestalled(search, g, k))
        return;
    search->g_0 = g;
    for (int t = 0; t < study->n_tracks; t++) {
        search->state[t] = search->assumed[t] = -1;
        if (g >= read->state_first[t] && g < read->state_first[t] + study->track[t].n_states)
            search->state[t] = search->assumed[t] = g - read->state_first[t];
    }
    if (search->state[exit->i_track] >= 0 && search->state[exit->i_track] != exit->i_state)
        return;
    if (take(search, answer->i_exit)) {
        search->is_reported[answer->i_exit] = true;
        twp_read_fail(read, exit->place, exit->qualified, "something that takes time", NULL,
            "a loop that takes no time leads back to %s", exit->qualified);
    }
}

static void
check_states(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;
    search_t search = { .read = read };
    int n_states = 0;

    for (int t = 0; t < study->n_tracks; t++)
        n_states += study->track[t].n_states;
    search.first = TWP_READ_NEW(read, int, n_states);
    search.n = TWP_READ_NEW(read, int, n_states);
    search.state = TWP_READ_NEW(read, int, study->n_tracks);
    search.assumed = TWP_READ_NEW(read, int, study->n_tracks);
    search.is_reported = TWP_READ_NEW(read, bool, study->n_exits);
    list_answers(&search);
    for (int g = 0; g < n_states; g++)
        for (int k = 0; k < search.n[g] && search.n_steps <= MAX_STEPS; k++)
            try_from(&search, g, k);
}

/* ---- actions -------------------------------------------------------------------------------- */

#define MAX_ACTIONS 10000 /* that one name may stand for */

/* How many actions a named one stands for, in full; -1 while it is being counted. */
static int
count_named(twp_read_t *read, int *size, int i, int depth)
{
    const twp_study_named_action_t *named = &read->study->named_action[i];
    const twp_place_t place = twp_read_place(read->action_spot[i]);
    int n = 1;

    if (size[i] < 0 || depth > TWP_READ_MAX_DEPTH) {
        twp_read_fail(read, place, named->name, "other actions", NULL,
            size[i] < 0 ? "%s does itself" : "%s does others more than 32 deep", named->name);
        return MAX_ACTIONS;
    }
    if (size[i] > 0)
        return size[i];
    size[i] = -1;
    for (int k = 0; k < named->actions.n; k++) {
        n += named->actions.action[k].kind == TWP_ACTION_DO
            ? count_named(read, size, named->actions.action[k].i, depth + 1)
            : 1;
        if (n >= MAX_ACTIONS)
            break;
    }
    size[i] = n < MAX_ACTIONS ? n : MAX_ACTIONS;
    return size[i];
}

static void
check_actions(twp_read_t *read)
{
    const twp_study_typed_t *study = read->study;
    int *size = TWP_READ_NEW(read, int, study->n_named_actions);

    for (int i = 0; i < study->n_named_actions; i++) {
        const int n_errors = read->findings->n_errors;
        if (count_named(read, size, i, 0) == MAX_ACTIONS && read->findings->n_errors == n_errors &&
            n_errors == read->n_errors_before)
            twp_read_fail(read, twp_read_place(read->action_spot[i]), study->named_action[i].name,
                "fewer actions", NULL, "%s stands for more than %d actions",
                study->named_action[i].name, MAX_ACTIONS);
    }
}

void
twp_check_cycles(twp_read_t *read)
{
    check_states(read);
    check_actions(read);
}
