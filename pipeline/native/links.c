/* The plain links of a page. */
#include "loops.h"

#define ENDS_TITLE 1
#define ENDS_ANCHOR 2
static const unsigned char ENDS[ASCII] = {
    ['['] = ENDS_TITLE | ENDS_ANCHOR, [']'] = ENDS_TITLE | ENDS_ANCHOR, ['<'] = ENDS_TITLE | ENDS_ANCHOR,
    ['{'] = ENDS_TITLE | ENDS_ANCHOR, ['\n'] = ENDS_TITLE | ENDS_ANCHOR,
    ['}'] = ENDS_TITLE, ['|'] = ENDS_TITLE, ['>'] = ENDS_TITLE,
    ['&'] = ENDS_ANCHOR, ['\t'] = ENDS_ANCHOR,
};

static inline int is_end(Py_UCS4 c, int what) {
    if (c < ASCII) return ENDS[c] & what;
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c == 0xA0 && what == ENDS_ANCHOR); /* inert characters of mask.py */
}

typedef struct {
    Py_ssize_t start, colon, title_end; /* `colon` is the first one of the title, or its end */
    Py_ssize_t anchor, anchor_end; /* equal where there is no anchor */
    Py_ssize_t trail, end;         /* equal where there is no trail */
} Link;

/* What an ASCII character does behind a link; all others are left to the twin. */
enum { UNSURE, ENDS_LINK, JOINS_LINK };
#define MAX_TITLE 255

typedef struct {
    PyObject *text, *known, *title, *odd, *nothing; /* the last is "" */
    PyObject *files, *file_prefixes;
    PyObject *starts, *targets, *fragments, *surfaces, *dropped, *dropped_raw;
    const char *followers, *plain; /* of each ASCII character: one of the above; whether it may stand in a plain title */
    int capitalises;
} Scan;

/* Whether a title follows the two brackets at `start`. */
FOR_ALL_KINDS int
find_title(int kind, const void *text, Py_ssize_t size, Py_ssize_t start, Link *link) {
    Py_ssize_t at = start + 2, colon = size;
    Py_UCS4 c;
    for (; at < size && !is_end(c = PyUnicode_READ(kind, text, at), ENDS_TITLE); at++)
        if (c == ':' && at < colon) colon = at;
    link->start = start;
    link->colon = colon < at ? colon : at;
    link->title_end = at;
    return at > start + 2 && at + 1 < size;
}

/* Whether the opening of a file link is there whose prefix the twin has met; -1 on failure. */
FOR_ALL_KINDS int
is_file(int kind, const void *text, const Scan *scan, const Link *link) {
    Py_ssize_t at = link->title_end;
    Py_UCS4 c = PyUnicode_READ(kind, text, at);
    if (link->colon == at || (c != '|' && (c != ']' || PyUnicode_READ(kind, text, at + 1) != ']'))) return 0;
    PyObject *prefix = PyUnicode_Substring(scan->text, link->start + 2, link->colon);
    if (prefix == NULL) return -1;
    int known = PySet_Contains(scan->file_prefixes, prefix);
    Py_DECREF(prefix);
    return known;
}

/* Whether the link is plain: [[title]] or [[title|anchor]], perhaps with a trail. */
FOR_ALL_KINDS int
is_plain(int kind, const void *text, Py_ssize_t size, const char *followers, Link *link) {
    Py_ssize_t at = link->title_end;
    Py_UCS4 c, last = ' ';
    link->anchor = link->anchor_end = at;
    if (PyUnicode_READ(kind, text, at) == '|') {
        for (at++; at < size && !is_end(c = PyUnicode_READ(kind, text, at), ENDS_ANCHOR); at++) {
            if (c == last && (c == ' ' || c == '\'')) return 0; /* styles, or white space to collapse */
            last = c;
        }
        if (last == ' ' || at + 1 >= size) return 0;
        link->anchor = link->title_end + 1;
        link->anchor_end = at;
    }
    if (PyUnicode_READ(kind, text, at) != ']' || PyUnicode_READ(kind, text, at + 1) != ']') return 0;
    link->trail = at += 2;
    while (at < size && (c = PyUnicode_READ(kind, text, at)) < ASCII && followers[c] == JOINS_LINK) at++;
    link->end = at;
    return at == size || ((c = PyUnicode_READ(kind, text, at)) < ASCII && followers[c] == ENDS_LINK);
}

/* The title key of a target that is in ASCII and has nothing odd; NULL without an error for all others. */
static PyObject *plain_key(const Scan *scan, PyObject *raw) {
    Py_ssize_t length = PyUnicode_GET_LENGTH(raw);
    if (!PyUnicode_IS_ASCII(raw) || length > MAX_TITLE) return NULL;
    const Py_UCS1 *letters = PyUnicode_1BYTE_DATA(raw);
    if (letters[0] == '.' || letters[0] == ' ' || letters[length - 1] == ' ') return NULL;
    for (Py_ssize_t n = 0; n < length; n++)
        if (!scan->plain[letters[n]] && (letters[n] != ' ' || letters[n + 1] == ' ')) return NULL; /* it ends in a 0 */
    if (!scan->capitalises || letters[0] < 'a' || letters[0] > 'z') return Py_NewRef(raw);
    PyObject *key = PyUnicode_New(length, ASCII - 1);
    if (key == NULL) return NULL;
    memcpy(PyUnicode_1BYTE_DATA(key), letters, length);
    PyUnicode_1BYTE_DATA(key)[0] -= 'a' - 'A';
    return key;
}

/* The text that a reader sees of a plain link, its trail included. */
static PyObject *shown_text(Scan *scan, const Link *link, PyObject *without_anchor) {
    PyObject *shown = Py_NewRef(without_anchor);
    if (link->anchor < link->anchor_end)
        Py_SETREF(shown, PyUnicode_Substring(scan->text, link->anchor, link->anchor_end));
    if (shown == NULL || link->trail == link->end) return shown;
    PyObject *trail = PyUnicode_Substring(scan->text, link->trail, link->end);
    if (trail == NULL) Py_CLEAR(shown);
    else PyUnicode_AppendAndDel(&shown, trail);
    return shown;
}

/* Add a plain link: 1 when done, 0 when the twin must decide, -1 on failure. */
static int add_row(Scan *scan, const Link *link, PyObject *target, PyObject *fragment,
                   PyObject *without_anchor) {
    if (PyUnicode_GET_LENGTH(fragment) == 0 && PyUnicode_Compare(target, scan->title) == 0) return 0; /* a self link */
    PyObject *surface = shown_text(scan, link, without_anchor);
    if (surface == NULL) return -1;
    int failed = append_place(scan->starts, link->start) < 0 || PyList_Append(scan->targets, target) < 0
                 || PyList_Append(scan->fragments, fragment) < 0 || PyList_Append(scan->surfaces, surface) < 0;
    Py_DECREF(surface);
    return failed ? -1 : 1;
}

/* The same by what `known` says of the target: (key, fragment, text without anchor), or why it is dropped. */
static int add_known(Scan *scan, const Link *link, PyObject *raw) {
    PyObject *entry = PyDict_GetItemWithError(scan->known, raw), *part;
    if (entry == NULL) return PyErr_Occurred() ? -1 : 0;
    if (PyUnicode_CheckExact(entry))
        return PyList_Append(scan->dropped, entry) < 0 || PyList_Append(scan->dropped_raw, raw) < 0 ? -1 : 1;
    if (!PyTuple_CheckExact(entry) || PyTuple_GET_SIZE(entry) != 3) return 0;
    for (int n = 0; n < 3; n++)
        if (part = PyTuple_GET_ITEM(entry, n), !PyUnicode_CheckExact(part)) return 0;
    return add_row(scan, link, PyTuple_GET_ITEM(entry, 0), PyTuple_GET_ITEM(entry, 1),
                   PyTuple_GET_ITEM(entry, 2));
}

static int add_link(Scan *scan, const Link *link) {
    PyObject *raw = PyUnicode_Substring(scan->text, link->start + 2, link->title_end);
    if (raw == NULL) return -1;
    PyObject *key = plain_key(scan, raw);
    int added = -1;
    if (key != NULL) added = add_row(scan, link, key, scan->nothing, raw);
    else if (!PyErr_Occurred()) added = add_known(scan, link, raw);
    Py_XDECREF(key);
    Py_DECREF(raw);
    return added;
}

/* Hand a pair of brackets to the twin; the place where the scan goes on, -1 on failure. */
static Py_ssize_t ask_twin(Scan *scan, Py_ssize_t start) {
    PyObject *answer = PyObject_CallFunction(scan->odd, "n", start);
    if (answer == NULL) return -1;
    Py_ssize_t next = PyLong_AsSsize_t(answer);
    Py_DECREF(answer);
    if (next == -1 && PyErr_Occurred()) return -1;
    if (next <= start) {
        PyErr_SetString(PyExc_ValueError, "the scan must go forward");
        return -1;
    }
    return next;
}

static int add_file(const Scan *scan, const Link *link) {
    PyObject *opening = Py_BuildValue("(nn)", link->start, link->title_end);
    if (opening == NULL) return -1;
    int failed = PyList_Append(scan->files, opening);
    Py_DECREF(opening);
    return failed;
}

/* Read the pair of brackets at `at`; the place where the scan goes on, -1 on failure. */
FOR_ALL_KINDS Py_ssize_t
read_brackets(int kind, const void *text, Py_ssize_t size, Scan *scan, Py_ssize_t at) {
    Link link;
    int added = 0;
    if (find_title(kind, text, size, at, &link)) {
        int file = is_file(kind, text, scan, &link);
        if (file) return file < 0 || add_file(scan, &link) < 0 ? -1 : link.title_end;
        if (is_plain(kind, text, size, scan->followers, &link)) added = add_link(scan, &link);
    }
    return added < 0 ? -1 : added ? link.end : ask_twin(scan, at);
}

FOR_ALL_KINDS int scan_text(int kind, Scan *scan) {
    const void *text = PyUnicode_DATA(scan->text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(scan->text), at = 0;
    while ((at = PyUnicode_FindChar(scan->text, '[', at, size, 1)) >= 0) {
        if (at + 1 == size || PyUnicode_READ(kind, text, at + 1) != '[') at++;
        else if ((at = read_brackets(kind, text, size, scan, at)) < 0) return -1;
    }
    return at == -2 ? -1 : 0;
}

/* Groups of arguments are tuples, which keep what they hold alive while the twin is asked. */
PyObject *scan_links(PyObject *self, PyObject *args) {
    Scan scan;
    PyObject *rules, *links, *dropped, *files;
    Py_ssize_t n_followers, n_plain;
    if (!PyArg_ParseTuple(args, "UO!UO!O!O!O!O:scan_links", &scan.text, &PyDict_Type, &scan.known, &scan.title,
                          &PyTuple_Type, &rules, &PyTuple_Type, &links, &PyTuple_Type, &dropped, &PyTuple_Type, &files,
                          &scan.odd)
        || !PyArg_ParseTuple(rules, "y#y#p", &scan.followers, &n_followers, &scan.plain, &n_plain, &scan.capitalises)
        || !PyArg_ParseTuple(links, "O!O!O!O!", &PyList_Type, &scan.starts, &PyList_Type, &scan.targets, &PyList_Type,
                             &scan.fragments, &PyList_Type, &scan.surfaces)
        || !PyArg_ParseTuple(dropped, "O!O!", &PyList_Type, &scan.dropped, &PyList_Type, &scan.dropped_raw)
        || !PyArg_ParseTuple(files, "O!O!", &PyList_Type, &scan.files, &PySet_Type, &scan.file_prefixes))
        return NULL;
    if (n_followers != ASCII || n_plain != ASCII) {
        PyErr_SetString(PyExc_ValueError, "rules must have a byte for each ASCII character");
        return NULL;
    }
    scan.nothing = PyUnicode_New(0, 0);
    int failed = scan.nothing == NULL || BY_KIND(scan.text, scan_text, &scan) < 0;
    Py_XDECREF(scan.nothing);
    if (failed) return NULL;
    Py_RETURN_NONE;
}
