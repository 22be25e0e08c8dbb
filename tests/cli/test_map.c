/* twinpath map: what is on the map of each shipped study, hostile text, limits, files, a missing Graphviz. */
#include "testlib.h"
#include "twinpath_study.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char small_study[] =
    "twinpath: 1\n"
    "study: small\n"
    "question: QUESTION\n"
    "source: assumption\n"
    "time: {starts: 2027-01-01, horizon: 1 year}\n"
    "parameters:\n"
    "  gap: {value: 12 days, source: SOURCE}\n"
    "  half: {value: gap / 2, source: assumption}\n"
    "patient:\n"
    "  count: 100\n"
    "  attributes: {age: {normal: [57 years, 13 years]}}\n"
    "  variables: {mood: {starts: 0}}\n"
    "  formulas: {bright: mood > 0}\n"
    "  actions: {cheer: [{add: {mood: 1}}]}\n"
    "  tracks:\n"
    "    a:\n"
    "      start: well\n"
    "      states:\n"
    "        well: {stop: {hazard: {exponential: {mean: gap}}, to: ill, do: [cheer],\n"
    "          effects: [{per: age - 57 years, unit: 10 years, hr: 1.1}, {if: bright, hr: 0.9}]}}\n"
    "        ill: {back: {after: half, choose: {well: 0.25, otherwise: stay}}}\n"
    "    b:\n"
    "      start: idle\n"
    "      states:\n"
    "        idle: {follow: {upon: a.ill, to: busy}}\n"
    "        busy: {}\n"
    "observations: {stops: {of: a.ill, delay: 3 days}}\n"
    "supports:\n"
    "  call:\n"
    "    channel: CHANNEL\n"
    "    offer: {upon: stops}\n"
    "    at_most: 1 in 60 days\n"
    "    effects: [{on_exit: a.well.stop, hr: 0.8}, {on_chance: a.ill.back.well, or: 2}]\n"
    "  letter: {offer: {every: 30 days}}\n"
    "strategies: {usual: {baseline: true}, letters: {supports: [letter]},\n"
    "  calls: {supports: [call], set: {gap: 20 days}}}\n";

/* Writes folder/small.yaml with other texts in it; returns its path. */
static char *
write_small(const char *folder, const char *question, const char *source, const char *channel)
{
    const struct {
        const char *mark, *text;
    } marks[] = { { "QUESTION", question }, { "SOURCE", source }, { "CHANNEL", channel } };
    char *const path = testlib_join(folder, "small.yaml");
    FILE *const out = fopen(path, "w");
    const char *rest = small_study;

    assert_non_null(out);
    for (int i = 0; i < 3; i++) {
        const char *const at = strstr(rest, marks[i].mark);
        fprintf(out, "%.*s%s", (int) (at - rest), rest, marks[i].text);
        rest = at + strlen(marks[i].mark);
    }
    fputs(rest, out);
    assert_int_equal(fclose(out), 0);
    return path;
}

/* The graph of a study, as text; the caller frees. */
static char *
graph_of(const char *path, const twp_map_settings_t *settings)
{
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };
    char *graph = NULL;

    assert_int_equal(twp_study_read(path, NULL, 0, &study, &err), TWP_OK);
    if (twp_study_map(study, settings, &graph, &err) != TWP_OK)
        fail_msg("%s", err.message);
    twp_study_free(study);
    return graph;
}

static int
count(const char *text, const char *part)
{
    int n = 0;

    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

/* ---- what is there --------------------------------------------------------------------------------- */

/* Each state is a box, in it each exit by its name; each support is a box. */
static void
check_parts(const twp_study_typed_t *study, const char *graph, const char *picture)
{
    char text[512];

    for (int t = 0; t < study->n_tracks; t++) {
        const twp_study_track_t *const track = &study->track[t];
        for (int s = 0; track->i_support < 0 && s < track->n_states; s++) {
            snprintf(text, sizeof text, "    \"%s.%s\" [label=<<TABLE", track->name,
                track->state[s].name);
            assert_int_equal(count(graph, text), 1);
            snprintf(text, sizeof text, "<title>%s.%s</title>", track->name, track->state[s].name);
            assert_int_equal(count(picture, text), 1);
            for (int e = 0; e < track->state[s].n_exits; e++) {
                const twp_study_exit_t *const exit = &study->exit[track->state[s].i_exit_first + e];
                snprintf(text, sizeof text, "PORT=\"exit%d\" ALIGN=\"LEFT\" BALIGN=\"LEFT\"", e);
                assert_contains(graph, text);
                snprintf(text, sizeof text, "><B>%s", exit->name);
                assert_contains(graph, text);
                snprintf(text, sizeof text, ">%s", exit->name);
                assert_contains(picture, text);
            }
        }
    }
    for (int i = 0; i < study->n_attributes; i++) {
        const bool is_consent = strncmp(study->attribute[i].name, "consent.", 8) == 0;
        snprintf(text, sizeof text, ">%s: ", study->attribute[i].name + (is_consent ? 8 : 0));
        assert_contains(graph, text);
    }
    for (int i = 0; i < study->n_formulas; i++) {
        snprintf(text, sizeof text, ">%s: ", study->formula[i].name);
        assert_contains(graph, text);
    }
    for (int i = 0; i < study->n_supports; i++) {
        snprintf(text, sizeof text, "  \"%s\" [shape=box", study->support[i].name);
        assert_int_equal(count(graph, text), 1);
        snprintf(text, sizeof text, "<title>%s</title>", study->support[i].name);
        assert_int_equal(count(picture, text), 1);
    }
}

static void
check_study(const char *folder, const char *path)
{
    char *const graph_path = testlib_join(folder, "map.gv");
    char *const picture_path = testlib_join(folder, "map.svg");
    char *const graph = graph_of(path, NULL), *const again = graph_of(path, NULL);
    char *picture;
    twp_study_t *study = NULL;

    assert_string_equal(graph, again);
    testlib_expect(testlib_twinpath("map", path, "-f", "dot"), 0, graph, NULL);
    testlib_expect(testlib_twinpath("map", path, "-o", picture_path, "--overwrite"), 0, NULL, NULL);
    picture = testlib_read_file(picture_path, NULL);
    assert_int_equal(twp_study_read(path, NULL, 0, &study, NULL), TWP_OK);
    check_parts(study->base, graph, picture);
    twp_study_free(study);
    free(picture);
    free(again);
    free(graph);
    free(picture_path);
    free(graph_path);
}

static void
test_maps_of_all_shipped_studies_have_all_that_is_in_them(void **state)
{
    static const char *const folders[] = { "scenarios/studies", "scenarios/exact" };
    int n = 0;

    for (int i = 0; i < 2; i++) {
        char *const folder = testlib_source_path(folders[i]);
        DIR *const entries = opendir(folder);
        const struct dirent *entry;
        assert_non_null(entries);
        while ((entry = readdir(entries)) != NULL) {
            const char *const dot = strrchr(entry->d_name, '.');
            char *path;
            if (dot == NULL || strcmp(dot, ".yaml") != 0)
                continue;
            path = testlib_join(folder, entry->d_name);
            check_study(*state, path);
            free(path);
            n++;
        }
        closedir(entries);
        free(folder);
    }
    assert_true(n >= 15);
}

/* Of 9 points as drawn, on a landscape A3 page of 1191 by 842 points: 6.2 as this was written. Fonts and
 * versions of Graphviz move it; below 5 nobody reads it. */
static void
test_the_first_study_can_be_read_on_one_page(void **state)
{
    char *const path = testlib_source_path("scenarios/studies/ra_biologic_support.yaml");
    testlib_outcome_t picture = testlib_twinpath("map", path);
    const char *const size = strstr(picture.out, "<svg width=\"");
    double width = 0, height = 0;

    (void) state;
    assert_int_equal(picture.exit_code, 0);
    assert_non_null(size);
    assert_int_equal(sscanf(size, "<svg width=\"%lfpt\" height=\"%lfpt\"", &width, &height), 2);
    assert_true(width > 600 && height > 400);
    assert_true(9 * fmin(1191 / width, 842 / height) >= 5);
    testlib_clear_outcome(&picture);
    free(path);
}

static void
test_edges_say_what_answers_what_is_seen_and_is_moved(void **state)
{
    char *const path = write_small(*state, "why", "Doe 2020", "phone");
    char *const graph = graph_of(path, NULL);

    /* by exits: one way, several ways, and none where the state goes on */
    assert_contains(graph, "\"a.well\":exit0 -> \"a.ill\":top;");
    assert_contains(graph, "\"a.ill\":exit0_0 -> \"a.well\":top;");
    assert_lacks(graph, "\"a.ill\":exit0_1 ->");
    assert_contains(graph, "\u2192 well: 0.25");
    assert_contains(graph, "\u2192 stay: otherwise");
    assert_contains(
        graph, "\"a.ill\":top -> \"b.idle\":exit0 [constraint=false, weight=0, style=dashed");
    assert_contains(graph, "\"a.ill\":top -> \"call\" [constraint=false, weight=0, style=dotted");
    assert_contains(
        graph, "\"a.well\":exit0 -> \"call\" [penwidth=2.5, color=\"#2c5d9b\", dir=back");
    assert_contains(graph, "\"a.ill\":exit0_0 -> \"call\" [penwidth=2.5");
    /* in words: numbers as written, parameters with their values, sources */
    assert_contains(graph, "exponential: mean gap (12");
    assert_contains(graph, "after half (6 days)");
    assert_contains(graph, "do cheer");
    assert_contains(graph, "hr 1.1 per age - 57 years<");
    assert_contains(graph, "hr 0.9 if bright");
    assert_contains(graph, "age: normal (57 years, 13 years)");
    assert_contains(graph, "mood: starts 0");
    assert_contains(graph, "bright: mood &gt; 0");
    assert_contains(graph, "cheer: add: mood 1");
    assert_contains(graph, "call: hr 0.8");
    assert_contains(graph, "offered upon stops (a.ill, 3 days later)");
    assert_contains(graph, "moves a.well.stop: hr 0.8");
    assert_contains(graph, "by phone");
    assert_contains(graph, "in calls");
    assert_contains(graph, "<I>assumption; Doe 2020</I>");
    assert_lacks(graph, "setting"); /* at_most needs no source */
    assert_contains(graph, "<B>well</B></FONT><BR ALIGN=\"LEFT\"/>all start here");
    free(graph);
    free(path);
}

/* No twin ever enters them, which is a warning: the map shows them all the same. */
static void
test_states_that_nothing_leads_to_are_there(void **state)
{
    char *const path = testlib_join(*state, "lost.yaml");
    char *graph;

    testlib_write_text(path,
        "twinpath: 1\n"
        "study: lost\n"
        "source: assumption\n"
        "time: {starts: 2027-01-01, horizon: 1 year}\n"
        "patient:\n"
        "  count: 10\n"
        "  tracks: {a: {start: well, states: {well: {}, lost: {found: {after: 1 day, to: "
        "well}}}}}\n"
        "strategies: {usual: {baseline: true}}\n");
    graph = graph_of(path, NULL);
    assert_contains(graph, "\"a.lost\" [label=");
    assert_contains(graph, "\"a.lost\":exit0 -> \"a.well\":top;");
    free(graph);
    free(path);
}

static void
test_a_track_and_a_strategy_show_their_part(void **state)
{
    char *const path = write_small(*state, "why", "Doe 2020", "phone");
    const char *const a[] = { "a" }, *const b[] = { "b" }, *const wrong[] = { "aa" };
    char *graph = graph_of(path, &(twp_map_settings_t){ .track = b, .n_tracks = 1 });
    twp_study_t *study = NULL;
    twp_error_t err = { TWP_OK, "" };

    assert_contains(graph, "cluster_b");
    assert_lacks(graph, "cluster_a");
    assert_lacks(graph, "\"a.well\"");
    assert_lacks(graph, "\"call\"");
    assert_lacks(graph, "mood: starts");
    free(graph);
    graph = graph_of(path, &(twp_map_settings_t){ .track = a, .n_tracks = 1 });
    assert_contains(graph, "\"call\" [shape=box");
    assert_lacks(graph, "\"letter\" [shape=box");
    free(graph);
    graph = graph_of(path, &(twp_map_settings_t){ .strategy = "calls" });
    assert_contains(graph, "exponential: mean gap (20");
    assert_contains(graph, "after half (10 days)");
    assert_lacks(graph, "\"letter\"");
    assert_contains(graph, "Strategies: calls = call<");
    free(graph);
    graph = graph_of(path, &(twp_map_settings_t){ .strategy = "usual" });
    assert_lacks(graph, "\"call\"");
    free(graph);

    assert_int_equal(twp_study_read(path, NULL, 0, &study, NULL), TWP_OK);
    assert_int_equal(
        twp_study_map(study, &(twp_map_settings_t){ .track = wrong, .n_tracks = 1 }, &graph, &err),
        TWP_ERR_INPUT);
    assert_contains(err.message, "no track aa; did you mean a?");
    assert_null(graph);
    twp_study_free(study);
    testlib_expect(testlib_twinpath("map", path, "--track", "call"), 2, NULL, "no track call");
    testlib_expect(testlib_twinpath("map", path, "-s", "cals"), 2, NULL,
        "no strategy cals; did you mean calls?");
    testlib_expect(
        testlib_twinpath("map", path, "-f", "dot", "--set", "gap=31 days"), 0, "gap (31", NULL);
    free(path);
}

/* ---- hostile and large studies ---------------------------------------------------------------------- */

static void
test_texts_cannot_break_the_graph(void **state)
{
    char *const path = write_small(*state, "'<b>&amp; \"quoted\" \\N \\G <!-- ]]> {x|y}'",
        "\"a<b> & \\\"c\\\" \\\\\"", "'-->]; }\\'");
    testlib_outcome_t picture = testlib_twinpath("map", path);

    assert_int_equal(picture.exit_code, 0);
    assert_string_equal(picture.err, "");
    assert_contains(picture.out, "&lt;b&gt;&amp;amp; &quot;quoted&quot; \\N \\G &lt;!");
    assert_contains(picture.out, "a&lt;b&gt; &amp; &quot;c&quot; \\</text>");
    assert_contains(picture.out, "&gt;]; }\\</text>");
    testlib_clear_outcome(&picture);
    free(path);
}

/* A text of a label has at most 260 bytes, a source 40, cut between characters. */
static void
test_long_texts_are_cut(void **state)
{
    char source[2001], channel[3001];
    char *path, *graph;

    for (int i = 0; i < 1000; i++)
        memcpy(source + 2 * i, "\u00e9", 2);
    source[2000] = '\0';
    memset(channel, 'x', 3000);
    channel[3000] = '\0';
    path = write_small(*state, "why", source, channel);
    graph = graph_of(path, NULL);
    assert_int_equal(count(graph, "\u00e9"), 20); /* of a.well.stop alone */
    assert_true(count(graph, "x") < 300);
    testlib_expect(testlib_twinpath("map", path), 0, "</svg>", NULL);
    free(graph);
    free(path);
}

/* ---- files ------------------------------------------------------------------------------------------- */

static int
count_files(const char *folder)
{
    DIR *const entries = opendir(folder);
    int n = 0;

    assert_non_null(entries);
    while (readdir(entries) != NULL)
        n++;
    closedir(entries);
    return n - 2;
}

static void
test_a_file_is_whole_or_absent_and_never_replaced_unasked(void **state)
{
    char *const path = write_small(*state, "why", "Doe 2020", "phone");
    char *const png = testlib_join(*state, "m.png"), *const svg = testlib_join(*state, "m.svg");
    char *text;

    testlib_expect(testlib_twinpath("map", path, "-o", png), 0, NULL, NULL);
    text = testlib_read_file(png, NULL);
    assert_memory_equal(text, "\x89PNG", 4);
    free(text);
    testlib_write_text(svg, "mine");
    testlib_expect(testlib_twinpath("map", path, "-o", svg), 1, NULL, "already there");
    text = testlib_read_file(svg, NULL);
    assert_string_equal(text, "mine");
    free(text);
    testlib_expect(testlib_twinpath("map", path, "-o", svg, "--overwrite"), 0, NULL, NULL);
    text = testlib_read_file(svg, NULL);
    assert_contains(text, "</svg>");
    free(text);
    testlib_expect(testlib_twinpath("map", path, "-f", "jpg"), 2, NULL, "none of svg|png|pdf|dot");
    testlib_expect(testlib_twinpath_in(*state, "map", path, "-o", "m.jpg"), 2, NULL,
        "m.jpg ends with none of svg|png|pdf|dot; --format");
    testlib_expect(
        testlib_twinpath_in(*state, "map", path, "-o", "m.gv", "--format", "dot"), 0, NULL, NULL);
    testlib_expect(testlib_twinpath_in(*state, "map", path, "-o", "./plain"), 0, NULL, NULL);
    testlib_expect(testlib_twinpath("map", path, "-o", ""), 1, NULL, "name of the file");
    testlib_expect(testlib_twinpath("map", path, "-o", "/nowhere/m.svg"), 1, NULL, "/nowhere");
    testlib_expect(testlib_twinpath("map", "/nowhere/s.yaml"), 2, NULL, "/nowhere/s.yaml");
    assert_int_equal(count_files(*state), 5);
    free(svg);
    free(png);
    free(path);
}

static void
test_without_graphviz_it_says_what_to_install_and_the_text_is_there(void **state)
{
    char *const path = write_small(*state, "why", "Doe 2020", "phone");
    char *const svg = testlib_join(*state, "m.svg");
    const char *const draw[] = { "env", "PATH=/nowhere", testlib_program(), "map", path, "-o", svg,
        NULL };
    const char *const print[] = { "env", "PATH=/nowhere", testlib_program(), "map", path, NULL };
    const char *const as_text[] = { "env", "PATH=/nowhere", testlib_program(), "map", path, "-f",
        "dot", NULL };

    testlib_expect(testlib_run_in(NULL, draw), 1, NULL, "apt install graphviz");
    assert_false(testlib_exists(svg));
    assert_int_equal(count_files(*state), 1);
    testlib_expect(testlib_run_in(NULL, print), 1, NULL, "--format dot");
    testlib_expect(testlib_run_in(NULL, as_text), 0, "digraph \"small\" {", NULL);
    free(svg);
    free(path);
}

static void
test_a_graphviz_that_fails_leaves_nothing(void **state)
{
    char *const path = write_small(*state, "why", "Doe 2020", "phone");
    char *const dot = testlib_join(*state, "dot"), *const svg = testlib_join(*state, "m.svg");
    char variable[600];
    testlib_outcome_t outcome;
    const char *const draw[] = { "env", variable, testlib_program(), "map", path, "-o", svg, NULL };
    const char *const print[] = { "env", variable, testlib_program(), "map", path, NULL };

    testlib_write_text(dot, "#!/bin/sh\necho half of a picture\necho no such font >&2\nexit 3\n");
    assert_int_equal(chmod(dot, 0700), 0);
    snprintf(variable, sizeof variable, "PATH=%s", (const char *) *state);
    testlib_expect(testlib_run_in(NULL, draw), 1, NULL, "dot could not draw the map: no such font");
    assert_int_equal(count_files(*state), 2);
    outcome = testlib_run_in(NULL, print);
    assert_int_equal(outcome.exit_code, 1);
    assert_string_equal(outcome.out, "");
    testlib_clear_outcome(&outcome);
    free(svg);
    free(dot);
    free(path);
}

int
main(void)
{
#define IN_FOLDER(test) \
    cmocka_unit_test_setup_teardown(test, testlib_setup_folder, testlib_teardown_folder)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_maps_of_all_shipped_studies_have_all_that_is_in_them),
        IN_FOLDER(test_the_first_study_can_be_read_on_one_page),
        IN_FOLDER(test_edges_say_what_answers_what_is_seen_and_is_moved),
        IN_FOLDER(test_states_that_nothing_leads_to_are_there),
        IN_FOLDER(test_a_track_and_a_strategy_show_their_part),
        IN_FOLDER(test_texts_cannot_break_the_graph),
        IN_FOLDER(test_long_texts_are_cut),
        IN_FOLDER(test_a_file_is_whole_or_absent_and_never_replaced_unasked),
        IN_FOLDER(test_without_graphviz_it_says_what_to_install_and_the_text_is_there),
        IN_FOLDER(test_a_graphviz_that_fails_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
