#!/usr/bin/env bash
# Holds the documentation to what the program does:
# - the tables in scenarios/README.md are those that the program makes of its vocabulary,
# - a yaml block after <!-- study --> passes `twinpath check` as a file in the checkout,
# - each command in a sh block exists with its options; after <!-- run --> sh, python and r blocks run,
# - a text block after <!-- output: COMMAND --> is what the command prints,
# - <!-- run, long --> and <!-- output, long: COMMAND --> say that it takes a while: --quick leaves them out,
# - in a page that builds a file step by step: a block after <!-- file: NAME --> is a file's text; one after
#   <!-- below: NAME | LINE -->, <!-- above: ... -->, <!-- instead: ... --> or <!-- end: NAME --> goes below, above
#   or into the place of the one line of the file that reads LINE, or to the file's end; the sh block after
#   <!-- run, fails --> ends with another code than 0; a text block after <!-- printed --> or
#   <!-- printed: FILTER --> is what the last run block printed on standard output,
# - relative links lead to files and headings that exist.
# Commands run in a folder that looks like the checkout after scripts/start.sh.
#
#   scripts/check_docs.sh [BUILD_DIR]            default build/dev
#   scripts/check_docs.sh --write [BUILD_DIR]    puts new tables and outputs into the documents
#   scripts/check_docs.sh --quick [BUILD_DIR]    without what takes a while; a small first study stands in for it
#   scripts/check_docs.sh --only DOCUMENT [BUILD_DIR]    one that needs no results of other studies
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

is_writing=0
is_quick=0
case "${1:-}" in
    --write) is_writing=1; shift ;;
    --quick) is_quick=1; shift ;;
esac
only=
if [ "${1:-}" = --only ]; then
    only=${2:?a document}
    shift 2
fi
folder=$(realpath -m "${1:-build/dev}")
program=$folder/twinpath
tables=$folder/tests/t_unit_test_reference_docs
checked=(README.md scenarios/README.md scenarios/tutorial.md scenarios/patients/README.md
    benchmarks/README.md)
linked=(README.md src/README.md tests/README.md benchmarks/README.md scenarios/*.md
    scenarios/patients/*.md)
if [ -n "$only" ]; then
    checked=("$only")
    linked=("$only")
fi
[ -x "$program" ] || die "no program in $folder; cmake --build it first"
if [ ! -x "$tables" ] && [ -z "$only" ]; then
    cmake --build "$folder" --target t_unit_test_reference_docs > /dev/null ||
        die "the test of the tables does not build in $folder"
fi

root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tree/build/release"
ln -s "$root/scenarios" "$work/tree/scenarios"
ln -s "$root/scripts" "$work/tree/scripts"
ln -s "$program" "$work/tree/build/release/twinpath"
export PATH="$work/tree/build/release:$PATH" PYTHONDONTWRITEBYTECODE=1

problems=$work/problems
: > "$problems"
problem() { # problem DOCUMENT LINE TEXT
    printf '%s:%s: %s\n' "$1" "$2" "$3" >> "$problems"
}

# Cuts the fenced blocks of a document into DIR/LINE with its language, mark (the comment above it) and
# text; LINE is that of the fence.
cut_blocks() { # cut_blocks DOCUMENT DIR
    rm -rf "$2"
    mkdir -p "$2"
    awk -v dir="$2" '
        /^```/ && !inside { inside = 1; name = dir "/" NR; lang = substr($0, 4)
            print lang > (name ".lang"); print mark > (name ".mark"); printf "" > (name ".text"); next }
        /^```/ { inside = 0; mark = ""; close(name ".text"); next }
        inside { print > (name ".text"); next }
        /^<!-- .* -->$/ { mark = substr($0, 6, length($0) - 9); next }
        /[^ ]/ { mark = "" }' "$1"
}

# ---- commands ------------------------------------------------------------------------------------

# Whether a help text has an option such as --set or -o.
has_option() { # has_option HELP OPTION
    grep -qE -- "(^|[ ,[])$2([] =,[]|\$)" <<< "$1"
}

check_command() { # check_command DOCUMENT LINE WORD...
    local document=$1 line=$2 command=$3 word help
    shift 3
    case "$command" in
        twinpath | */twinpath)
            if [ "${1:0:1}" != - ]; then
                help=$("$program" "${1:-}" --help 2> /dev/null) ||
                    { problem "$document" "$line" "there is no command twinpath ${1:-}"; return 0; }
            else
                help=$("$program" --help)
            fi
            ;;
        scripts/start.sh) help=$("$program" run --help) ;;
        scripts/*) help=$(sed -n '/^#/p;/^[^#]/q' "$root/$command" 2> /dev/null || true) ;;
        *) return 0 ;;
    esac
    if [ "${command#scripts/}" != "$command" ] && [ ! -x "$root/$command" ]; then
        problem "$document" "$line" "there is no script $command"
        return 0
    fi
    for word in "$@"; do
        case "$word" in
            '|' | '>' | ';' | '&&' | '#'*) break ;;
            -?*) has_option "$help" "${word%%=*}" ||
                problem "$document" "$line" "$command has no option ${word%%=*}" ;;
        esac
    done
}

check_commands() { # check_commands DOCUMENT LINE TEXT_FILE
    local text words
    while IFS= read -r text; do
        read -ra words <<< "$text"
        [ ${#words[@]} -gt 0 ] && check_command "$1" "$2" "${words[@]}"
    done < <(sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$3")
}

run_block() { # run_block DOCUMENT LINE LANGUAGE TEXT_FILE good|fails
    local log=$work/log outcome=good wanted=$5
    case "$3" in
        sh) set -- "$1" "$2" "$4" bash -euo pipefail ;;
        python) set -- "$1" "$2" "$4" /usr/bin/python3 ;;
        r) set -- "$1" "$2" "$4" Rscript ;;
        *) problem "$1" "$2" "nothing runs $3"; return 0 ;;
    esac
    local document=$1 line=$2 text=$3
    shift 3
    (cd "$work/tree" && "$@" "$text") > "$work/printed" 2> "$log" < /dev/null || outcome=fails
    [ "$outcome" != "$wanted" ] || return 0
    if [ "$outcome" = good ]; then
        problem "$document" "$line" "was to fail and runs"
    else
        problem "$document" "$line" "does not run: $(cat "$work/printed" "$log" | tail -n 1)"
    fi
}

# Puts a block into a file that a page builds: below, above or instead of its one line that reads LINE.
edit_file() { # edit_file DOCUMENT LINE_OF_BLOCK HOW NAME LINE TEXT_FILE
    local file=$work/tree/$4 n
    [ -f "$file" ] || { problem "$1" "$2" "there is no file $4 yet"; return 0; }
    n=$(awk -v line="$5" '{ sub(/^ +/, "") } $0 == line' "$file" | wc -l)
    [ "$n" -eq 1 ] || { problem "$1" "$2" "$n lines of $4 read: $5"; return 0; }
    awk -v line="$5" -v how="$3" -v block="$6" '
        function add(text) { while ((getline text < block) > 0) print text }
        { text = $0; sub(/^ +/, "", text) }
        text == line && how != "below" { add() }
        text != line || how != "instead"
        text == line && how == "below" { add() }' "$file" > "$file.new"
    mv "$file.new" "$file"
}

# A text block holds what is in BLOCK.new.
compare_block() { # compare_block DOCUMENT LINE BLOCK WHAT
    local block=$3
    if [ ! -s "$block.new" ]; then
        problem "$1" "$2" "prints nothing: $4"
        rm "$block.new"
    elif cmp -s "$block.new" "$block.text"; then
        rm "$block.new"
    elif [ $is_writing -eq 0 ]; then
        problem "$1" "$2" "the output is another now: $(
            (diff "$block.text" "$block.new" || true) | sed -n 2p)"
    fi
}

# ---- blocks --------------------------------------------------------------------------------------

check_block() { # check_block DOCUMENT LINE BLOCK
    local document=$1 line=$2 block=$3 language mark name what
    language=$(< "$block.lang")
    mark=$(< "$block.mark")
    [ "$language" != sh ] || check_commands "$document" "$line" "$block.text"
    case "$mark" in
        'run, long' | 'output, long: '*)
            if [ $is_quick -eq 1 ]; then
                : > "$work/printed"
                return 0
            fi
            mark=${mark/#run, long/run}
            mark=${mark/#output, long: /output: }
            ;;
    esac
    case "$mark" in
        study)
            cp "$block.text" "$work/tree/my_study.yaml"
            "$program" check "$work/tree/my_study.yaml" > "$work/log" 2>&1 ||
                problem "$document" "$line" "the study is wrong: $(head -n 1 "$work/log")"
            ;;
        run) run_block "$document" "$line" "$language" "$block.text" good ;;
        'run, fails') run_block "$document" "$line" "$language" "$block.text" fails ;;
        'file: '*) cp "$block.text" "$work/tree/${mark#file: }" ;;
        'end: '*) cat "$block.text" >> "$work/tree/${mark#end: }" ;;
        'below: '* | 'above: '* | 'instead: '*)
            name=${mark#*: }
            edit_file "$document" "$line" "${mark%%: *}" "${name%% | *}" "${name#* | }" "$block.text"
            ;;
        printed | 'printed: '*)
            what=${mark#printed}
            what=${what#: }
            bash -euo pipefail -c "${what:-cat}" < "$work/printed" > "$block.new"
            compare_block "$document" "$line" "$block" "the block before, or what is shown of it"
            ;;
        'output: '*)
            (cd "$work/tree" && bash -euo pipefail -c "${mark#output: }") > "$block.new" 2> "$work/log" ||
                { problem "$document" "$line" "does not run: $(tail -n 1 "$work/log")"; return 0; }
            compare_block "$document" "$line" "$block" "${mark#output: }"
            ;;
    esac
}

check_document() { # check_document DOCUMENT
    local blocks=$work/blocks line
    cut_blocks "$1" "$blocks"
    while read -r line; do
        check_block "$1" "$line" "$blocks/$line"
    done < <(cd "$blocks" && find . -name '*.lang' | sed 's|^\./||; s/\.lang$//' | sort -n)
    if [ $is_writing -eq 1 ] && find "$blocks" -name '*.new' | grep -q .; then
        awk -v dir="$blocks" '
            /^```/ && !inside { inside = 1; print; new = dir "/" NR ".new"; is_new = 0
                while ((getline text < new) > 0) { print text; is_new = 1 }
                next }
            /^```/ { inside = 0; is_new = 0 }
            !(inside && is_new)' "$1" > "$work/rewritten"
        cp "$work/rewritten" "$1"
        say "wrote outputs into $1"
    fi
}

# ---- links ---------------------------------------------------------------------------------------

# Names under which GitHub finds the headings of a document.
anchors() { # anchors DOCUMENT
    awk '/^```/ { inside = !inside } !inside && /^#+ / { sub(/^#+ /, ""); print tolower($0) }' "$1" |
        sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'
}

check_links() { # check_links DOCUMENT
    local line link path anchor target
    while IFS=: read -r line link; do
        case "$link" in http://* | https://* | mailto:*) continue ;; esac
        path=${link%%#*}
        anchor=${link#"$path"}
        target=$(dirname "$1")/$path
        [ -n "$path" ] || target=$1
        if [ ! -e "$target" ]; then
            problem "$1" "$line" "the link leads nowhere: $link"
        elif [ -n "$anchor" ] && ! anchors "$target" | grep -qxF -- "${anchor#\#}"; then
            problem "$1" "$line" "there is no such heading: $link"
        fi
    done < <(awk '/^```/ { inside = !inside } { print inside ? "" : $0 }' "$1" |
        grep -noE '\]\([^) ]+\)' | sed -E 's/^([0-9]+):\]\((.*)\)$/\1:\2/')
}

# ---- shown something wrong, each check must say so ---------------------------------------------------

test_checks() {
    local bad=$work/bad.md was_writing=$is_writing was_quick=$is_quick what
    is_writing=0
    is_quick=0
    cat > "$bad" << 'BAD'
[nowhere](no_such_file.md) [no heading](#none) [here](#a-heading)
## A heading
<!-- study -->
```yaml
twinpath: 1
study: incomplete
```
```sh
twinpath check x.yaml --no-such-option
twinpath fly
scripts/no_such.sh
```
<!-- run -->
```sh
false
```
<!-- run -->
```python
raise SystemExit("in vain")
```
<!-- output: echo b -->
```text
a
```
<!-- output: echo b -->
```text
b
```
<!-- output: true -->
```text
```
<!-- file: built.txt -->
```text
one
two
```
<!-- below: built.txt | one -->
```text
  below one
```
<!-- above: built.txt | two -->
```text
above two
```
<!-- instead: built.txt | below one -->
```text
below
```
<!-- end: built.txt -->
```text
end
```
<!-- below: built.txt | three -->
```text
lost
```
<!-- run -->
```sh
paste -sd' ' built.txt
```
<!-- printed -->
```text
one below above two two end
```
<!-- printed: tr -d ' ' -->
```text
onebelowabovetwo
```
<!-- run, fails -->
```sh
true
```
<!-- run, long -->
```sh
exit 3
```
<!-- output, long: echo d -->
```text
c
```
BAD
    check_document "$bad"
    check_links "$bad"
    for what in 'leads nowhere: no_such_file.md' 'no such heading: #none' 'study is wrong' \
        'no option --no-such-option' 'no command twinpath fly' 'no script scripts/no_such.sh' \
        ':14: does not run' 'in vain' ':22: the output is another now' ':30: prints nothing' \
        '0 lines of built.txt read: three' 'onebelowabovetwo' 'was to fail and runs' ':74: does not run' \
        ':78: the output is another now'; do
        grep -q -- "$what" "$problems" || die "does not find $what in: $(< "$problems")"
    done
    [ "$(wc -l < "$problems")" -eq 15 ] || { cat "$problems"; die "finds faults where there are none"; }
    : > "$problems"
    is_quick=1
    check_document "$bad"
    ! grep -qE ':(74|78):' "$problems" || die "does not leave out what takes a while"
    : > "$problems"
    is_writing=$was_writing
    is_quick=$was_quick
}

# ---- all of it -----------------------------------------------------------------------------------

test_checks
if [ -n "$only" ]; then
    :
elif [ $is_writing -eq 1 ]; then
    "$tables" --splice scenarios/README.md > "$work/spliced"
    cmp -s "$work/spliced" scenarios/README.md || say "wrote tables into scenarios/README.md"
    cp "$work/spliced" scenarios/README.md
elif ! "$tables" > "$work/log" 2>&1; then
    problem scenarios/README.md 0 "$(grep -m 1 -o 'line .* differs.*' "$work/log" || tail -n 1 "$work/log")"
fi
if [ -z "$only" ]; then
    few=()
    [ $is_quick -eq 0 ] || few=(--patients 500)
    (cd "$work/tree" && twinpath run scenarios/studies/ra_biologic_support.yaml -q "${few[@]}" \
        -o build/ra_biologic_support.h5) || die "the first study does not run"
fi
for document in "${checked[@]}"; do
    check_document "$document"
done
for document in "${linked[@]}"; do
    check_links "$document"
done
if [ -s "$problems" ]; then
    cat "$problems"
    say "docs: $(wc -l < "$problems") problems; scripts/check_docs.sh --write mends tables and outputs"
    exit 1
fi
say "docs: ${#checked[@]} documents and the links of ${#linked[@]} hold"
