/* Hot loops of reading a dump. Each has a Python twin that gives the same results: it decides about everything odd
 * here, and about everything where they were not compiled (docs/decisions/010-native-loops.md).
 *
 *   unescape             pipeline/dump/text.py
 *   find_tag             pipeline/wikitext/mask.py
 *   shorten_references   pipeline/wikitext/references.py
 *   scan_links           pipeline/wikitext/page_tokens.py
 *   paint, paint_lists   pipeline/wikitext/link_places.py
 *   count_links          pipeline/wikitext/link_rows.py
 *   utf8_column          pipeline/records/columns.py
 *   scan_structure       pipeline/wikitext/structure.py
 *
 * Input is hostile: every place is checked against its end, each character is read a fixed number of times, nothing
 * recurses, and no size is computed that the input does not bound.
 */
#include "loops.h"

static PyMethodDef METHODS[] = {
    {"unescape", unescape, METH_O,
     "unescape(data) -> bytes with the five named entities of XML replaced; None where another '&' stands."},
    {"find_tag", find_tag, METH_VARARGS,
     "find_tag(text, start, firsts) -> place of the next '<' that one of these follows, perhaps behind a slash; or -1."},
    {"shorten_references", shorten_references, METH_VARARGS,
     "shorten_references(text, replacement) -> text with that in place of each reference without link and tag."},
    {"scan_links", scan_links, METH_VARARGS,
     "scan_links(text, known, title, (followers, plain, capitalises), (starts, targets, fragments, surfaces), "
     "(dropped, dropped_raw), (files, file_prefixes), odd): append the plain links of `text` and the openings of files "
     "to the lists, and call odd(place), which gives the place to go on at, for all other '[['."},
    {"paint", paint, METH_VARARGS,
     "paint(starts, spans, codes, code): set the code of each start in a span; both rise."},
    {"paint_lists", paint_lists, METH_VARARGS,
     "paint_lists(text, starts, codes, code): set the code of each start on a line that begins with one of *#:;."},
    {"count_links", count_links, METH_VARARGS,
     "count_links(targets, fragments, surfaces, contexts, in_template) -> the same of each different link, in order of "
     "the first of its kind, and how many there are of it."},
    {"utf8_column", utf8_column, METH_O,
     "utf8_column(values) -> (offsets, data) of an Arrow string array; None for anything but a list of strings."},
    {"scan_structure", scan_structure, METH_VARARGS,
     "scan_structure(text, open, known, (templates, Template), (headings, Heading), event, newest): keep the stack of "
     "open braces, append calls of known templates and headings, and call event(kind, place) for all other tokens."},
    {0},
};

static struct PyModuleDef MODULE = {
    PyModuleDef_HEAD_INIT, "_loops", "Hot loops of reading a dump; use pipeline.native.chosen.", 0, METHODS,
};

PyMODINIT_FUNC PyInit__loops(void) {
    PyObject *module = PyModule_Create(&MODULE);
    if (module != NULL && PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST) < 0) Py_CLEAR(module);
    return module;
}
