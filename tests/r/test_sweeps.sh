#!/usr/bin/env bash
# Of sweeps and of files without a group scripts/twinpath.R gives the frames and the refusals of scripts/twinpath.py.
set -euo pipefail
. "$(dirname "$0")/common.sh"
needs_r rhdf5 jsonlite
# a parameter that no strategy sets
sed 's/^  hr: 1$/  hr: 1\n  frail: 1/; s/rate: rate \* hr}/rate: rate * hr * frail}/' "$here/../python/draws_study.yaml" > "$folder/sets.yaml"
"$program" sweep "$folder/sets.yaml" --quiet -o "$folder/sets" -n 20 --parameter-sets 8 \
    --over frail=0.5,1,2 --over fee="10 USD,20 USD"
sed 's/frail/low/' "$folder/sets.yaml" > "$folder/clash.yaml"
"$program" sweep "$folder/clash.yaml" --quiet -o "$folder/clash" -n 20 --parameter-sets 0 --over low=0.5,2
"$program" run "$folder/sets.yaml" --quiet -o "$folder/one_set.h5" -n 20 --parameter-sets 0 -s treated
faulty=$here/../python/faulty_points.yaml
"$program" sweep "$faulty" --quiet -o "$folder/failed" 2> /dev/null || [ $? = 1 ]
"$program" sweep "$faulty" --quiet -o "$folder/gaps" --shard-twins 1024 --task 0 --tasks 3 2> /dev/null || [ $? = 1 ]
"$program" merge "$folder/gaps" --quiet --allow-gaps -o "$folder/gaps.h5"
"$program" run "$faulty" --quiet -o "$folder/bare.h5" -n 20 --set record.twins=false --set record.outcomes=false
twinpath_py "$folder" << 'PYTHON'
import sys
import warnings
import twinpath
folder = sys.argv[1]
with twinpath.open(folder + "/sets/results.h5") as sets:
    for name in ("draws", "plane"):
        getattr(sets, name)().to_csv(f"{folder}/{name}.csv", index=False)
with twinpath.open(folder + "/clash/results.h5") as clash:
    clash.summary().to_csv(folder + "/clash_summary.csv", index=False)
with open(folder + "/told.txt", "w", encoding="utf-8") as told:
    for path in ("failed/results.h5", "gaps.h5"):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            twinpath.open(f"{folder}/{path}").close()
        print(*[one.message for one in caught], sep="\n", file=told)
    for path, names in (("bare.h5", ("precision", "frontier", "plane", "outcomes", "acceptability", "draws", "twins", "targets")),
                        ("one_set.h5", ("frontier", "acceptability", "plane")), ("sets/results.h5", ("outcomes", "twins"))):
        for name in names:
            by_segment = {"by_segment": True} if (path, name) == ("one_set.h5", "frontier") else {}
            try:
                getattr(twinpath.open(f"{folder}/{path}"), name)(**by_segment)
                print(f"{path}: {name} is there", file=told)
            except twinpath.Error as error:
                print(error, file=told)
PYTHON
Rscript --vanilla "$here/test_sweeps.R" "$scripts/twinpath.R" "$folder" "$here/common.R"
