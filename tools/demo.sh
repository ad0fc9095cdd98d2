#!/usr/bin/env bash
# The road in small: a sample world, its knowledge base, a few look-ups, the corpus of its news, the images of both, a
# simulated annotation campaign that ends in a data set, and the retrieval of its candidates.
# Arguments: the Python to use, the folders of the sample world, the knowledge base, the corpus, the images, the
# annotation project, the data set, the models and the candidates.
set -euo pipefail
python=$1 world=$2 kb=$3 corpus=${4:-data/corpus/demo} images=${5:-data/images/demo}
project=${6:-data/annotation/demo} dataset=${7:-data/dataset/demo}
models=${8:-data/models/demo} candidates=${9:-data/candidates/demo}

step() {
    echo
    printf '$ python'
    for word in "$@"; do
        case $word in
            *' '*) printf ' "%s"' "$word" ;;
            *) printf ' %s' "$word" ;;
        esac
    done
    echo
    "$python" "$@"
}

step samples/make_world.py --out "$world" --entities 200 --news 200 --unseen 20 --aliases 15
step runners/build_kb.py --dump 20210101 --wiki enwiki --dump-dir "$world" --out "$kb"
for name in Lions Jordan "the lions"; do
    step runners/lookup.py "$name" --kb "$kb" -k 5
done
step runners/lookup.py --prefix Was --kb "$kb" -k 5
step runners/build_corpus.py --dump 20210101 --wiki enwikinews --dump-dir "$world" --kb "$kb" --out "$corpus"
pages=("$world"/commons/*.xml.bz2 "$world"/enwikinews/20210101/*-multistream.xml.bz2)
step runners/build_images.py --corpus "$corpus" --source-dir "$world/media" --commons-dump "${pages[@]}" \
    --out "$images" --report
step runners/list_entities.py --corpus "$corpus" --kb "$kb" --top 20 --out "$images-entities.tsv"
step runners/build_images.py --kb "$kb" --entities "$images-entities.tsv" --source-dir "$world/media" \
    --commons-dump "${pages[@]}" --out "$images-entities" --report
bash "$(dirname "$0")/demo_annotation.sh" "$python" "$world" "$kb" "$corpus" "$images" "$project" "$dataset"
bash "$(dirname "$0")/demo_retrieval.sh" "$python" "$kb" "$images" "$dataset" "$models" "$candidates"
echo
echo "The pages to look at: $corpus/funnel.html, $images/report.html, $images-entities/report.html,"
echo "$project/report/agreement.html, $dataset-statistics/statistics.html; the data set's card: $dataset/README.md"
