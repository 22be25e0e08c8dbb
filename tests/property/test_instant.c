/*
 * One instant: the order in which things happen at one time. Small studies of fixed times, each with
 * the exact sequence of events that follows from the rules: the soonest clock fires; ties go by
 * priority, then qualified name; leave, exit and enter actions run in that order; happenings queue and
 * `upon` exits answer first in, first out, several in order of name, each checked again; events at the
 * horizon happen.
 */
#include "living.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name; /* the rule */
    const char *horizon;
    const char *patient; /* indented by two */
    const char *rest;    /* or NULL */
    const char *story;
} instant_case_t;

static const instant_case_t cases[] = {
    { "ties of clocks go by qualified name", "10 days",
        "  tracks:\n"
        "    b: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    a: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n",
        NULL,
        "3.000 patient.a.x.go y\n"
        "3.000 patient.b.x.go y\n" },
    { "priority comes before the name", "10 days",
        "  tracks:\n"
        "    b: {start: x, states: {x: {go: {after: 3 days, to: y, priority: 1}}, y: {}}}\n"
        "    a: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n",
        NULL,
        "3.000 patient.b.x.go y\n"
        "3.000 patient.a.x.go y\n" },
    { "of two clocks of one state that tie, the first wins and the other is gone", "10 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {q: {after: 3 days, to: z}, p: {after: 3 days, to: y}},\n"
        "      y: {}, z: {}}}\n",
        NULL, "3.000 patient.a.x.p y\n" },
    { "chances are of the instant at which they are tried: time, time in a state, entries",
        "13 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {tick: {every: 2 days, choose: {y: 'if(time > 3 days, 1, "
        "0)',\n"
        "      otherwise: stay}}}, y: {back: {every: 2 days, choose: {x: 'if(time_in(a) > 3 days, "
        "1, 0)',\n"
        "      otherwise: stay}}}}}\n"
        "    b: {start: x, states: {x: {tick: {after: 3 days, choose: [{chance: 'if(entries(b.x) "
        ">= 2, "
        "1, 0)', to: y},\n"
        "      {otherwise: x}]}}, y: {}}}\n",
        NULL,
        "2.000 patient.a.x.tick -\n"
        "3.000 patient.b.x.tick x\n"
        "4.000 patient.a.x.tick y\n"
        "6.000 patient.a.y.back -\n"
        "6.000 patient.b.x.tick x\n"
        "8.000 patient.a.y.back x\n"
        "9.000 patient.b.x.tick y\n"
        "10.000 patient.a.x.tick y\n"
        "12.000 patient.a.y.back -\n" },
    { "the actions of an exit and of a branch still see the old state, those on entering the new "
      "one",
        "2 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {leave: [{measure: {m: 'if(a.x, 1, 2)'}}],\n"
        "      go: {after: 1 day, do: [{measure: {n: 'if(a.x, 1, 2)'}}],\n"
        "        choose: [{chance: 1, to: y, do: [{measure: {o: 'if(a.x, 1, 2)'}}]}, {otherwise: "
        "x}]}},\n"
        "      y: {enter: [{measure: {p: 'if(a.y, 1, 2)'}}]}}}\n",
        NULL,
        "1.000 patient.a.x.go y\n"
        "1.000 patient.m.measured 1\n"
        "1.000 patient.n.measured 1\n"
        "1.000 patient.o.measured 1\n"
        "1.000 patient.p.measured 1\n" },
    { "a formula of the instant is computed where it stands", "7 days",
        "  variables: {v: {starts: 0}, stock: {kind: stock, starts: 4.5 days}}\n"
        "  formulas: {left: stock + 0 days, low: 'left < 2 days', both: 'low and v > 1'}\n"
        "  tracks:\n"
        "    a: {start: x, states: {x: {tick: {every: 1 day, do: [{add: {v: 1}}, {measure: {m: "
        "'left / "
        "(1 day)'}}], choose: {y: 'if(both, 1, 0)', otherwise: stay}}}, y: {}}}\n",
        NULL,
        "1.000 patient.a.x.tick -\n"
        "1.000 patient.m.measured 3.5\n"
        "2.000 patient.a.x.tick -\n"
        "2.000 patient.m.measured 2.5\n"
        "3.000 patient.a.x.tick y\n"
        "3.000 patient.m.measured 1.5\n" },
    { "an event exactly at the horizon happens, one after it does not", "4 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {go: {after: 4 days, to: y}}, y: {}}}\n"
        "    b: {start: x, states: {x: {go: {after: 4.0001 days, to: y}}, y: {}}}\n",
        NULL, "4.000 patient.a.x.go y\n" },
    { "an exit without a target repeats and restarts only its own clock", "7 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {tick: {after: 2 days}, leave_it: {after: 5 days, to: y}},\n"
        "      y: {}}}\n",
        NULL,
        "2.000 patient.a.x.tick -\n"
        "4.000 patient.a.x.tick -\n"
        "5.000 patient.a.x.leave_it y\n" },
    { "a target equal to the own state leaves and enters it again: all clocks are new", "9 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {again: {after: 3 days, to: x}, out: {after: 5 days, to: "
        "y}},\n"
        "      y: {}}}\n",
        NULL,
        "3.000 patient.a.x.again x\n"
        "6.000 patient.a.x.again x\n"
        "9.000 patient.a.x.again x\n" },
    { "regular times count from the entry into the state", "7 days",
        "  tracks:\n"
        "    a: {start: w, states: {w: {go: {after: 1 day, to: x}}, x: {beat: {every: 2 days}}}}\n",
        NULL,
        "1.000 patient.a.w.go x\n"
        "3.000 patient.a.x.beat -\n"
        "5.000 patient.a.x.beat -\n"
        "7.000 patient.a.x.beat -\n" },
    { "regular times of a track with since begin at their first multiple that is not past",
        "12 days",
        "  tracks:\n"
        "    a: {start: x, since: 10 days, states: {x: {beat: {every: 10 days}}}}\n"
        "    b: {start: x, since: 20 days, states: {x: {beat: {every: 10 days}}}}\n"
        "    c: {start: x, since: 25 days, states: {x: {beat: {every: 10 days}}}}\n",
        NULL,
        "0.000 patient.a.x.beat -\n"
        "0.000 patient.b.x.beat -\n"
        "5.000 patient.c.x.beat -\n"
        "10.000 patient.a.x.beat -\n"
        "10.000 patient.b.x.beat -\n" },
    { "a gate that opens and shuts again in one time lets no clock through, however late it is",
        "9 days",
        "  age: 70 days\n"
        "  tracks:\n"
        "    a: {start: n, states: {n: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    b: {start: s, states: {s: {tick: {after: 3 days, to: t}}, t: {}}}\n"
        "    e: {start: s, states: {s: {go: {hazard: {fixed: {at: 65 days}}, counts_from: birth,\n"
        "      only_while: a.y and b.s, to: t}}, t: {}}}\n",
        NULL, "3.000 patient.a.n.go y\n3.000 patient.b.s.tick t\n" },
    { "a hazard beyond all numbers fires when its gate opens", "5000 days",
        "  tracks:\n"
        "    a: {start: n, states: {n: {go: {after: 4000 days, to: y}}, y: {}}}\n"
        "    e: {start: s, states: {s: {go: {hazard: {weibull: {shape: 100, scale: 2 days}},\n"
        "      only_while: a.y, to: t}}, t: {}}}\n",
        NULL, "4000.000 patient.a.n.go y\n4000.000 patient.e.s.go t\n" },
    { "leave, exit, branch and enter actions run in this order, each seeing what came before",
        "5 days",
        "  variables: {v: {starts: 1}}\n"
        "  tracks:\n"
        "    a:\n"
        "      start: x\n"
        "      states:\n"
        "        x:\n"
        "          leave: [{measure: {m: v}}, {set: {v: v * 10}}]\n"
        "          go: {after: 3 days, to: y, do: [{measure: {m: v + 1}}, {set: {v: v + 1}}]}\n"
        "        y: {enter: [{measure: {m: v * 2}}]}\n",
        NULL,
        "3.000 patient.a.x.go y\n"
        "3.000 patient.m.measured 1\n"
        "3.000 patient.m.measured 11\n"
        "3.000 patient.m.measured 22\n" },
    { "several answers to one happening come in order of name", "5 days",
        "  tracks:\n"
        "    z: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    b: {start: x, states: {x: {see: {upon: z.y, to: y}}, y: {}}}\n"
        "    a: {start: x, states: {x: {see: {upon: z.y, to: y}}, y: {}}}\n",
        NULL,
        "3.000 patient.z.x.go y\n"
        "3.000 patient.a.x.see y\n"
        "3.000 patient.b.x.see y\n" },
    { "happenings queue: answers to the first come before answers to what they cause", "5 days",
        "  tracks:\n"
        "    s: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    a: {start: x, states: {x: {see: {upon: s.y, to: y}}, y: {}}}\n"
        "    b: {start: x, states: {x: {see: {upon: s.y, to: y}}, y: {}}}\n"
        "    c: {start: x, states: {x: {see: {upon: a.y, to: y}}, y: {}}}\n",
        NULL,
        "3.000 patient.s.x.go y\n"
        "3.000 patient.a.x.see y\n"
        "3.000 patient.b.x.see y\n"
        "3.000 patient.c.x.see y\n" },
    { "an answer is checked again when its turn comes: the state may be gone", "5 days",
        "  tracks:\n"
        "    s: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    a: {start: x, states: {x: {one: {upon: s.y, to: y}, two: {upon: s.y, to: z}},\n"
        "      y: {}, z: {}}}\n",
        NULL,
        "3.000 patient.s.x.go y\n"
        "3.000 patient.a.x.one y\n" },
    { "an answer is checked again when its turn comes: so is its condition", "5 days",
        "  variables: {v: {starts: 1}}\n"
        "  tracks:\n"
        "    s: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    a: {start: x, states: {x: {see: {upon: s.y, to: y, do: [{set: {v: 0}}]}}, y: {}}}\n"
        "    b: {start: x, states: {x: {see: {upon: s.y, if: v > 0.5, to: y}}, y: {}}}\n",
        NULL,
        "3.000 patient.s.x.go y\n"
        "3.000 patient.a.x.see y\n" },
    { "a state entered by an answer does not answer the same happening", "5 days",
        "  tracks:\n"
        "    s: {start: x, states: {x: {go: {after: 3 days, to: y}}, y: {}}}\n"
        "    a: {start: x, states: {x: {see: {upon: s.y, to: y}}, y: {see: {upon: s.y, to: z}},\n"
        "      z: {}}}\n",
        NULL,
        "3.000 patient.s.x.go y\n"
        "3.000 patient.a.x.see y\n" },
    { "the start counts as entering the state", "5 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {}}}\n"
        "    b: {start: w, states: {w: {see: {upon: a.x, to: y}}, y: {}}}\n",
        NULL, "0.000 patient.b.w.see y\n" },
    { "a start some time into the state is no entry, and its fixed clock has run since", "9 days",
        "  tracks:\n"
        "    a: {start: x, since: 4 days, states: {x: {go: {after: 10 days, to: y}}, y: {}}}\n"
        "    b: {start: w, states: {w: {see: {upon: a.x, to: y}}, y: {}}}\n",
        NULL, "6.000 patient.a.x.go y\n" },
    { "a stock falls by one a day, and running empty is a happening", "70 days",
        "  variables: {stock: {kind: stock}}\n"
        "  tracks:\n"
        "    s:\n"
        "      start: none\n"
        "      states:\n"
        "        none: {fill: {after: 1 day, to: has, do: [{dispense: 28 days, into: stock}]}}\n"
        "        has: {out: {upon: stock.empty, to: due}}\n"
        "        due: {fill: {after: 2 days, to: has, do: [{dispense: 28 days, into: stock}]}}\n",
        NULL,
        "1.000 patient.s.none.fill has\n"
        "1.000 patient.stock.dispensed 28\n"
        "29.000 patient.s.has.out due\n"
        "31.000 patient.s.due.fill has\n"
        "31.000 patient.stock.dispensed 28\n"
        "59.000 patient.s.has.out due\n"
        "61.000 patient.s.due.fill has\n"
        "61.000 patient.stock.dispensed 28\n" },
    { "surplus is carried over unless it is discarded", "60 days",
        "  variables: {kept: {kind: stock}, lost: {kind: stock}}\n"
        "  actions:\n"
        "    both:\n"
        "      - {dispense: 20 days, into: kept}\n"
        "      - {dispense: 20 days, into: lost, carry_over: false}\n"
        "  tracks:\n"
        "    s: {start: a, states: {a: {one: {after: 1 day, to: b, do: [both]}},\n"
        "      b: {two: {after: 5 days, to: c, do: [both]}}, c: {}}}\n"
        "    k: {start: w, states: {w: {out: {upon: kept.empty, to: e}}, e: {}}}\n"
        "    l: {start: w, states: {w: {out: {upon: lost.empty, to: e}}, e: {}}}\n",
        NULL,
        "1.000 patient.s.a.one b\n"
        "1.000 patient.kept.dispensed 20\n"
        "1.000 patient.lost.dispensed 20\n"
        "6.000 patient.s.b.two c\n"
        "6.000 patient.kept.dispensed 20\n"
        "6.000 patient.lost.dispensed 20\n"
        "26.000 patient.l.w.out e\n"
        "41.000 patient.k.w.out e\n" },
    { "observations arrive after their delay, several under way at once", "9 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {beat: {every: 1 day}}}}\n"
        "    b: {start: w, states: {w: {see: {upon: beats, if: beats >= 2, to: y}}, y: {}}}\n",
        "observations: {beats: {of: a.x.beat, delay: 2.5 days}}\n"
        "strategies: {usual_care: {baseline: true}}\n",
        "1.000 patient.a.x.beat -\n"
        "2.000 patient.a.x.beat -\n"
        "3.000 patient.a.x.beat -\n"
        "3.500 patient.beats.seen 1\n"
        "4.000 patient.a.x.beat -\n"
        "4.500 patient.beats.seen 2\n"
        "4.500 patient.b.w.see y\n"
        "5.000 patient.a.x.beat -\n"
        "5.500 patient.beats.seen 3\n"
        "6.000 patient.a.x.beat -\n"
        "6.500 patient.beats.seen 4\n"
        "7.000 patient.a.x.beat -\n"
        "7.500 patient.beats.seen 5\n"
        "8.000 patient.a.x.beat -\n"
        "8.500 patient.beats.seen 6\n"
        "9.000 patient.a.x.beat -\n" },
    { "formulas keep their value within an instant and refresh at its end", "9 days",
        "  variables: {v: {starts: 1}}\n"
        "  formulas: {twice: 2 * v}\n"
        "  tracks:\n"
        "    a: {start: x, states: {x: {go: {after: 3 days, to: y,\n"
        "      do: [{set: {v: 5}}, {measure: {m: twice}}]}}, y: {go: {after: 1 day, to: z,\n"
        "      do: [{measure: {m: twice}}]}}, z: {}}}\n",
        NULL,
        "3.000 patient.a.x.go y\n"
        "3.000 patient.m.measured 2\n"
        "4.000 patient.a.y.go z\n"
        "4.000 patient.m.measured 10\n" },
    { "an action starts no support that the strategy does not have", "9 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {go: {after: 3 days, to: y, do: [{start: app}]}}, y: {}}}\n",
        "supports: {app: {offer: {every: 100 days}}, other: {offer: {every: 100 days}}}\n"
        "strategies: {usual_care: {baseline: true, supports: [other]}, helped: {supports: "
        "[app]}}\n",
        "3.000 patient.a.x.go y\n" },
    { "an action starts and ends a support that the strategy has", "9 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {go: {after: 3 days, to: y, do: [{start: app}]}},\n"
        "      y: {go: {after: 2 days, to: z, do: [{end: app}]}}, z: {}}}\n",
        "supports: {app: {offer: {every: 100 days}}}\n"
        "strategies: {usual_care: {baseline: true, supports: [app]}}\n",
        "3.000 patient.a.x.go y\n"
        "3.000 patient.app.idle.asked active\n"
        "5.000 patient.a.y.go z\n"
        "5.000 patient.app.active.asked_end over\n" },
    { "a support sees a category that is observed, and its offers keep to at_most", "20 days",
        "  attributes: {kind: {categories: {red: 1, blue: 0}}}\n"
        "  tracks: {a: {start: x, states: {x: {beat: {every: 2 days}}}}}\n",
        "observations: {beats: {of: a.x.beat}, is_red: {of: kind.red}, is_blue: {of: kind.blue}}\n"
        "supports:\n"
        "  app: {offer: {upon: beats}, eligible: is_red and not is_blue, at_most: 1 in 6 days,\n"
        "    lasts: 1 day}\n"
        "strategies: {usual_care: {baseline: true, supports: [app], from: 3 days}}\n"
        "record: {events: none}\n",
        "2.000 patient.a.x.beat -\n"
        "2.000 patient.beats.seen 1\n"
        "4.000 patient.a.x.beat -\n"
        "4.000 patient.beats.seen 2\n"
        "4.000 patient.app.idle.offer active\n"
        "4.000 patient.app.contact 1\n"
        "5.000 patient.app.active.end over\n"
        "6.000 patient.a.x.beat -\n"
        "6.000 patient.beats.seen 3\n"
        "8.000 patient.a.x.beat -\n"
        "8.000 patient.beats.seen 4\n"
        "10.000 patient.a.x.beat -\n"
        "10.000 patient.beats.seen 5\n"
        "10.000 patient.app.over.offer active\n"
        "10.000 patient.app.contact 1\n"
        "11.000 patient.app.active.end over\n"
        "12.000 patient.a.x.beat -\n"
        "12.000 patient.beats.seen 6\n"
        "14.000 patient.a.x.beat -\n"
        "14.000 patient.beats.seen 7\n"
        "16.000 patient.a.x.beat -\n"
        "16.000 patient.beats.seen 8\n"
        "16.000 patient.app.over.offer active\n"
        "16.000 patient.app.contact 1\n"
        "17.000 patient.app.active.end over\n"
        "18.000 patient.a.x.beat -\n"
        "18.000 patient.beats.seen 9\n"
        "20.000 patient.a.x.beat -\n"
        "20.000 patient.beats.seen 10\n" },
    { "a hazard with only_while false stands still while its clock ages", "50 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {go: {hazard: {fixed: {at: 10 days}}, only_while: "
        "b.on_duty,\n"
        "      to: y}}, y: {}}}\n"
        "    b: {start: off_duty, states: {off_duty: {go: {after: 12 days, to: on_duty}},\n"
        "      on_duty: {}}}\n",
        NULL,
        "12.000 patient.b.off_duty.go on_duty\n"
        "12.000 patient.a.x.go y\n" },
    { "a time ratio stretches a fixed clock from when it begins", "50 days",
        "  tracks:\n"
        "    a: {start: x, states: {x: {go: {hazard: {fixed: {at: 10 days}}, to: y,\n"
        "      effects: [{if: b.slow, time_ratio: 2}]}}, y: {}}}\n"
        "    b: {start: fast, states: {fast: {go: {after: 4 days, to: slow}}, slow: {}}}\n",
        NULL,
        "4.000 patient.b.fast.go slow\n"
        "16.000 patient.a.x.go y\n" },
};

static void
test_each_rule_of_one_instant_gives_its_sequence(void **state)
{
    (void) state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char *yaml = living_study(cases[k].horizon, cases[k].patient, cases[k].rest);
        living_t living;
        life_t life;
        living_open(&living, yaml, 0, 1);
        living_live(&living, 0, &life);
        char *story = living_story(&living, &life);
        assert_int_equal(life.twin.mark, TWP_MARK_NONE);
        if (strcmp(story, cases[k].story) != 0)
            fail_msg("%s:\nwanted\n%sgot\n%s", cases[k].name, cases[k].story, story);
        free(story);
        living_clear(&life);
        living_close(&living);
        free(yaml);
    }
}

/** A life that must end with a mark. */
static void
assert_mark(const char *patient, twp_mark_t mark)
{
    char *yaml = living_study("100 days", patient, NULL);
    living_t living;
    life_t life;

    living_open(&living, yaml, 0, 1);
    living_live(&living, 0, &life);
    assert_int_equal(life.twin.mark, mark);
    living_clear(&life);
    living_close(&living);
    free(yaml);
}

static void
test_faults_of_a_life_leave_their_mark(void **state)
{
    (void) state;
    assert_mark("  variables: {v: {starts: 1}}\n"
                "  tracks:\n"
                "    a: {start: x, states: {x: {s: {after: 1 day, do: [{set: {v: v - 1}}],\n"
                "      to: y}}, y: {t: {after: v * 1 day, to: x}}}}\n",
        TWP_MARK_DURATION);
    assert_mark("  variables: {v: {starts: 1}}\n"
                "  tracks:\n"
                "    a: {start: x, states: {x: {s: {after: 1 day, do: [{add: {v: 1}}],\n"
                "      choose: [{chance: v * 0.4, to: x}, {otherwise: x}]}}}}\n",
        TWP_MARK_CHANCE);
    assert_mark(
        "  variables: {v: {starts: 1}}\n"
        "  tracks:\n"
        "    a: {start: x, states: {x: {s: {after: 1 day, do: [{set: {v: 1 / (v - 1)}}]}}}}\n",
        TWP_MARK_NOT_FINITE);
    assert_mark("  variables: {v: {starts: -1}, stock: {kind: stock}}\n"
                "  tracks:\n"
                "    a: {start: x, states: {x: {s: {after: 1 day,\n"
                "      do: [{dispense: v * 1 day, into: stock}]}}}}\n",
        TWP_MARK_AMOUNT);
    assert_mark("  variables: {v: {starts: 1}}\n"
                "  tracks:\n"
                "    a: {start: x, states: {x: {s: {after: 1 day, do: [{set: {v: -1}}], to: y}},\n"
                "      y: {t: {hazard: {weibull: {shape: v, scale: 3 days}}, to: x}}}}\n",
        TWP_MARK_LAW);
    assert_mark("  variables: {v: {starts: 0}}\n"
                "  tracks:\n"
                "    a: {start: x, states: {x: {s: {upon: b.y, if: v < 1000, to: y}},\n"
                "      y: {s: {upon: b.x, if: v < 1000, to: x}}}}\n"
                "    b: {start: x, states: {x: {s: {upon: a.x, if: v < 1000, to: y}},\n"
                "      y: {s: {upon: a.y, if: v < 1000, to: x}}}}\n",
        TWP_MARK_HAPPENINGS);
}

/* A life of n instants that nothing is recorded of: 1 second is 1 / 86400 day. */
static void
live_instants(int n, life_t *life)
{
    char patient[200], horizon[40];

    (void) snprintf(patient, sizeof patient,
        "  attributes: {a: {chance: 0.5}}\n"
        "  tracks:\n"
        "    m: {start: x, states: {x: {s: {every: 1 second, if: a and not a}}}}\n");
    (void) snprintf(horizon, sizeof horizon, "%d.5 seconds", n);
    char *const yaml = living_study(horizon, patient, NULL);
    living_t living;

    living_open(&living, yaml, 0, 1);
    living_live(&living, 0, life);
    living_close(&living);
    free(yaml);
}

static void
test_a_life_has_ten_million_instants_at_most(void **state)
{
    life_t life;

    (void) state;
    live_instants(10000001, &life);
    assert_int_equal(life.twin.mark, TWP_MARK_ENDLESS);
    assert_int_equal(life.twin.n_instants, 10000001); /* the last one is one too many */
    assert_near(life.twin.now_days, 10000001 / 86400.0, 1e-3);
    living_clear(&life);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_rule_of_one_instant_gives_its_sequence),
        cmocka_unit_test(test_faults_of_a_life_leave_their_mark),
        cmocka_unit_test(test_a_life_has_ten_million_instants_at_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
