#!/usr/bin/env bash
# scripts/twinpath.R gives the frames of scripts/twinpath.py.
# tier: long
set -euo pipefail
. "$(dirname "$0")/common.sh"
needs_r rhdf5 jsonlite survival
"$program" run "$here/../python/study.yaml" --quiet -o "$folder/results.h5"
"$program" run "$here/../python/draws_study.yaml" --quiet -o "$folder/draws.h5"
"$program" run "$here/../python/draws_study.yaml" --quiet -o "$folder/sets.h5" \
    --set 'report.acceptability={to: 60000 USD, by: 20000 USD}'
"$program" run "$here/../python/study.yaml" --quiet -o "$folder/precise.h5" -n 5000 \
    --precision nurse.qaly=1e-9 --precision nurse.cost=1e9
"$program" sweep "$here/../python/study.yaml" --quiet -o "$folder/swept" -n 600 --over "gap=6 days,12 days" \
    --over supports.reminder.uptake=0.2,0.5,0.7 --set 'report.acceptability={to: 60000 USD, by: 20000 USD}'
twinpath_py "$folder" << 'PYTHON'
import sys
import twinpath
folder = sys.argv[1]
results = twinpath.open(folder + "/results.h5")
for name in ("twins", "outcomes", "summary", "contrasts", "occupancy", "survival", "cumulative_hazard",
             "cumulative_incidence", "aalen_johansen", "event_times", "logrank", "events", "dispensings",
             "cost_effectiveness", "net_benefit", "targets"):
    getattr(results, name)().to_csv(f"{folder}/{name}.csv", index=False)
results.frontier().to_csv(folder + "/frontier.csv", index=False)
results.frontier(by_segment=True).to_csv(folder + "/frontier_by_segment.csv", index=False)
sets = twinpath.open(folder + "/sets.h5")
sets.acceptability().to_csv(folder + "/acceptability.csv", index=False)
sets.plane().to_csv(folder + "/plane.csv", index=False)
twinpath.open(folder + "/precise.h5").precision().to_csv(folder + "/precision.csv", index=False)
results.multistate("supply").to_csv(folder + "/multistate.csv", index=False)
results.events(123, "nurse").to_csv(folder + "/life.csv", index=False)
sets = twinpath.open(folder + "/draws.h5")
for name in ("summary", "contrasts", "draws"):
    getattr(sets, name)().to_csv(f"{folder}/sets_{name}.csv", index=False)
swept = twinpath.open(folder + "/swept/results.h5")
for name in ("points", "summary", "contrasts", "occupancy", "survival", "cumulative_hazard", "cumulative_incidence",
             "aalen_johansen", "event_times", "logrank", "cost_effectiveness", "net_benefit", "targets", "frontier",
             "acceptability"):
    getattr(swept, name)().to_csv(f"{folder}/swept_{name}.csv", index=False)
for name in ("summary", "contrasts", "survival", "event_times", "frontier"):
    getattr(swept, name)(by_segment=True).to_csv(f"{folder}/swept_{name}_by_segment.csv", index=False)
PYTHON
Rscript --vanilla "$here/test_frames.R" "$scripts/twinpath.R" "$folder" "$here/common.R"
