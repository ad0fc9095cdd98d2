/* Where links stand, and equal links added up. */
#include "loops.h"

/* ---- places of links ------------------------------------------------------------------------------------------------- */

/* A place; -1 and an error for anything else than a number from 0. No code of Python runs meanwhile. */
static Py_ssize_t as_place(PyObject *value) {
    Py_ssize_t number = PyLong_AsSsize_t(value);
    if (number < 0 && !PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "places are numbers from 0");
    return number < 0 ? -1 : number;
}

static Py_ssize_t number_at(PyObject *list, Py_ssize_t n) { return as_place(PyList_GET_ITEM(list, n)); }

static int read_span(PyObject *span, Py_ssize_t *begin, Py_ssize_t *end) {
    if (!PyTuple_CheckExact(span) || PyTuple_GET_SIZE(span) != 2) {
        PyErr_SetString(PyExc_TypeError, "a span is a tuple of two places");
        return -1;
    }
    return (*begin = as_place(PyTuple_GET_ITEM(span, 0))) < 0 || (*end = as_place(PyTuple_GET_ITEM(span, 1))) < 0 ? -1 : 0;
}

static int has_code_for_each(PyObject *starts, PyObject *codes) {
    if (PyByteArray_GET_SIZE(codes) == PyList_GET_SIZE(starts)) return 1;
    PyErr_SetString(PyExc_ValueError, "each place must have one code");
    return 0;
}

PyObject *paint(PyObject *self, PyObject *args) {
    PyObject *starts, *spans, *codes;
    unsigned char code;
    if (!PyArg_ParseTuple(args, "O!O!O!b:paint", &PyList_Type, &starts, &PyList_Type, &spans, &PyByteArray_Type, &codes,
                          &code)
        || !has_code_for_each(starts, codes))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(starts), at = 0;
    for (Py_ssize_t n = 0; n < PyList_GET_SIZE(spans) && at < count; n++) {
        Py_ssize_t begin, end, start;
        if (read_span(PyList_GET_ITEM(spans, n), &begin, &end) < 0) return NULL;
        for (; at < count && (start = number_at(starts, at)) < end; at++) {
            if (start < 0) return NULL;
            if (start >= begin) PyByteArray_AS_STRING(codes)[at] = (char)code;
        }
    }
    Py_RETURN_NONE;
}

/* Give each place on a line that begins with a list's mark the code; the places rise. */
FOR_ALL_KINDS int
paint_lines(int kind, PyObject *whole, PyObject *starts, PyObject *codes, unsigned char code) {
    const void *text = PyUnicode_DATA(whole);
    Py_ssize_t size = PyUnicode_GET_LENGTH(whole), done = 0;
    int is_list = 0;
    for (Py_ssize_t n = 0; n < PyList_GET_SIZE(starts); n++) {
        Py_ssize_t start = number_at(starts, n), line = start;
        if (start < 0) return -1;
        if (start >= size || start < done) {
            PyErr_SetString(PyExc_ValueError, "places must rise inside the text");
            return -1;
        }
        while (line > done && PyUnicode_READ(kind, text, line - 1) != '\n') line--;
        if (line > done || done == 0) {
            Py_UCS4 mark = PyUnicode_READ(kind, text, line);
            is_list = mark == '*' || mark == '#' || mark == ':' || mark == ';';
        }
        done = start;
        if (is_list) PyByteArray_AS_STRING(codes)[n] = (char)code;
    }
    return 0;
}

PyObject *paint_lists(PyObject *self, PyObject *args) {
    PyObject *text, *starts, *codes;
    unsigned char code;
    if (!PyArg_ParseTuple(args, "UO!O!b:paint_lists", &text, &PyList_Type, &starts, &PyByteArray_Type, &codes, &code)
        || !has_code_for_each(starts, codes) || BY_KIND(text, paint_lines, text, starts, codes, code) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- equal links ----------------------------------------------------------------------------------------------------- */

#define TEXTS 3 /* target, fragment, surface */

typedef struct {
    PyObject *texts[TEXTS], *contexts, *in_template; /* of each link */
    PyObject *kept[TEXTS];                           /* of each row */
    Py_ssize_t *table, mask;                         /* rows by hash, -1 where there is none */
    Py_ssize_t *firsts, *counts, n_rows;             /* of each row: its first link, how many are like it */
} Tally;

static int is_same_link(const Tally *tally, Py_ssize_t a, Py_ssize_t b) {
    if (PyBytes_AS_STRING(tally->contexts)[a] != PyBytes_AS_STRING(tally->contexts)[b]
        || PyBytes_AS_STRING(tally->in_template)[a] != PyBytes_AS_STRING(tally->in_template)[b])
        return 0;
    for (int n = TEXTS - 1; n >= 0; n--) {
        PyObject *one = PyList_GET_ITEM(tally->texts[n], a), *other = PyList_GET_ITEM(tally->texts[n], b);
        if (one != other && PyUnicode_Compare(one, other) != 0) return 0;
    }
    return 1;
}

/* Count one link: to the row that is like it, or as a row of its own. */
static int tally_link(Tally *tally, Py_ssize_t link) {
    size_t hash = (size_t)PyBytes_AS_STRING(tally->contexts)[link];
    for (int n = 0; n < TEXTS; n++) {
        PyObject *text = PyList_GET_ITEM(tally->texts[n], link);
        if (!PyUnicode_CheckExact(text)) {
            PyErr_SetString(PyExc_TypeError, "targets, fragments and surfaces must be strings");
            return -1;
        }
        Py_hash_t part = PyObject_Hash(text);
        if (part == -1) return -1;
        hash = (hash ^ (size_t)part) * 0x9E3779B1u;
        hash ^= hash >> 15;
    }
    Py_ssize_t place = (Py_ssize_t)(hash & (size_t)tally->mask), row;
    for (; (row = tally->table[place]) >= 0; place = (place + 1) & tally->mask) {
        if (!is_same_link(tally, tally->firsts[row], link)) continue;
        tally->counts[row]++;
        return 0;
    }
    row = tally->table[place] = tally->n_rows++;
    tally->firsts[row] = link;
    tally->counts[row] = 1;
    for (int n = 0; n < TEXTS; n++)
        if (PyList_Append(tally->kept[n], PyList_GET_ITEM(tally->texts[n], link)) < 0) return -1;
    return 0;
}

/* The codes of the links that are rows. */
static PyObject *row_codes(const Tally *tally, PyObject *codes) {
    PyObject *kept = PyBytes_FromStringAndSize(NULL, tally->n_rows);
    if (kept == NULL) return NULL;
    for (Py_ssize_t row = 0; row < tally->n_rows; row++)
        PyBytes_AS_STRING(kept)[row] = PyBytes_AS_STRING(codes)[tally->firsts[row]];
    return kept;
}

static PyObject *row_counts(const Tally *tally) {
    PyObject *counts = PyList_New(0);
    for (Py_ssize_t row = 0; counts != NULL && row < tally->n_rows; row++)
        if (append_place(counts, tally->counts[row]) < 0) Py_CLEAR(counts);
    return counts;
}

/* Room for `size` links; -1 without memory. */
static int begin_tally(Tally *tally, Py_ssize_t size) {
    Py_ssize_t places = 8;
    while (places < 2 * size) places *= 2;
    tally->mask = places - 1;
    tally->table = PyMem_New(Py_ssize_t, places);
    tally->firsts = PyMem_New(Py_ssize_t, size + 1);
    tally->counts = PyMem_New(Py_ssize_t, size + 1);
    int failed = tally->table == NULL || tally->firsts == NULL || tally->counts == NULL;
    for (int n = 0; n < TEXTS; n++) failed |= (tally->kept[n] = PyList_New(0)) == NULL;
    if (failed) {
        PyErr_NoMemory();
        return -1;
    }
    memset(tally->table, 0xFF, (size_t)places * sizeof *tally->table); /* -1 everywhere */
    return 0;
}

PyObject *count_links(PyObject *self, PyObject *args) {
    Tally tally = {0};
    if (!PyArg_ParseTuple(args, "O!O!O!SS:count_links", &PyList_Type, &tally.texts[0], &PyList_Type, &tally.texts[1],
                          &PyList_Type, &tally.texts[2], &tally.contexts, &tally.in_template))
        return NULL;
    Py_ssize_t size = PyBytes_GET_SIZE(tally.contexts);
    int is_even = PyBytes_GET_SIZE(tally.in_template) == size;
    for (int n = 0; n < TEXTS; n++) is_even &= PyList_GET_SIZE(tally.texts[n]) == size;
    if (!is_even) {
        PyErr_SetString(PyExc_ValueError, "columns must be of one length");
        return NULL;
    }
    PyObject *result = NULL;
    if (begin_tally(&tally, size) == 0) {
        Py_ssize_t link = 0;
        while (link < size && tally_link(&tally, link) == 0) link++;
        if (link == size)
            result = Py_BuildValue("(OOONNN)", tally.kept[0], tally.kept[1], tally.kept[2],
                                   row_codes(&tally, tally.contexts), row_codes(&tally, tally.in_template),
                                   row_counts(&tally));
    }
    for (int n = 0; n < TEXTS; n++) Py_XDECREF(tally.kept[n]);
    PyMem_Free(tally.table);
    PyMem_Free(tally.firsts);
    PyMem_Free(tally.counts);
    return result;
}
