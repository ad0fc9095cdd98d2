#!/usr/bin/env bash
# Candidate retrieval in small: tiny encoders are trained on the sample world, and Table 4 of the paper is printed for it.
# Arguments: the Python to use, the folders of the knowledge base, the images (entities' beside them), the data set, the
# models and the candidates.
set -euo pipefail
python=$1 kb=$2 images=$3 dataset=$4 models=$5 candidates=$6
export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} # matrices this small are slower in several threads

step() {
    echo
    printf '$ python'
    printf ' %s' "$@"
    echo
    "$python" "$@"
}

inputs=(--dataset "$dataset" --kb "$kb" --images "$images" "$images-entities")
step -m modeling.tiny "${inputs[@]}" --epochs 12 --out "$models"
# Quotas are the paper's way and serve R@10; what is first in a list is better ordered by a learned sum.
# BLINK as the paper has it is a large BERT; a tiny one needs a higher rate, mean pooling and the titles as extra lessons.
step -m modeling.retrieve "${inputs[@]}" --retriever prior bm25 wikivec blink clip \
    --model "blink=$models/bert" "clip=$models/clip" \
    --option blink.epochs=10 blink.hard_epochs=3 blink.lr=0.003 blink.pooling=mean blink.titles=true \
    --fuse quota rrf linear --out "$candidates"
