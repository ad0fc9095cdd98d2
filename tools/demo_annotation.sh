#!/usr/bin/env bash
# A whole annotation campaign in small: simulated people annotate the sample world's captions, experts decide, and the
# gold labels become a data set without leaks, with its card.
# Arguments: the Python to use, the folders of the sample world, the knowledge base, the corpus, the images, the
# annotation project and the data set.
set -euo pipefail
python=$1 world=$2 kb=$3 corpus=$4 images=$5 project=$6 dataset=$7

step() {
    echo
    printf '$ python -m annotation'
    printf ' %s' "$@"
    echo
    "$python" -m annotation "$@"
}

rm -rf "$project" "$dataset" "$dataset-statistics"
step init "$corpus" --images "$images" --layers visual_clues ambiguity \
    --reference passages "$world/truth/captions.json" --out "$project"
step assign "$project" --annotators 13 --per-pair 2 --experts 2 --pilot 13 --seed 1
step simulate "$project" --seed 1
step check "$project" --kb "$kb" --only N002 M001 P001
step report "$project" --kb "$kb" --images "$images"
step adjudicate "$project" --kb "$kb"
step simulate "$project" --experts --kb "$kb"
step gold "$project" --kb "$kb" --out "$dataset"
step split "$dataset" --ratio 8:1:1 --seed 1 --out "$dataset"
step split verify "$dataset"
step stats "$dataset" --out "$dataset-statistics"
step card "$dataset" --images "$images"
