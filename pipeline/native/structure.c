/* Calls and headings of a page. */
#include "loops.h"

enum { OPEN, CLOSE, LINE, EXTENSION, NOTHING }; /* as in structure.py */
#define MAX_NAME 256

typedef struct {
    PyObject *text, *open, *known, *event;
    PyObject *templates, *make_template, *headings, *make_heading;
    Py_ssize_t next, world_end, base, newest; /* what the twin's last answer said */
} Walk;

static const char BEGINS_TOKEN[ASCII] = {['{'] = 1, ['}'] = 1, ['\n'] = 1, ['<'] = 1};

/* What begins at `at`, whose character is one of these. */
FOR_ALL_KINDS int
event_kind(int kind, const void *text, Py_ssize_t size, Py_ssize_t at) {
    if (at + 1 >= size) return NOTHING;
    Py_UCS4 here = PyUnicode_READ(kind, text, at), c = PyUnicode_READ(kind, text, at + 1);
    if (here == '{' || here == '}') return c != here ? NOTHING : here == '{' ? OPEN : CLOSE;
    if (here == '<') {
        if (c == 0 || c > 127 || strchr("rgpiRGPI", (int)c) == NULL) return NOTHING;
        for (at++; at < size && (c = PyUnicode_READ(kind, text, at)) != '<' && c != '>'; at++) {}
        return at < size && c == '>' && PyUnicode_READ(kind, text, at - 1) != '/' ? EXTENSION : NOTHING;
    }
    if (c == '=') return LINE;
    int colon = 0;
    for (at++; at < size; at++) {
        c = PyUnicode_READ(kind, text, at);
        if (c == ':') colon = 1;
        else if (c != ' ' && c != '\t') break;
    }
    if (at + 1 >= size) return NOTHING;
    Py_UCS4 after = PyUnicode_READ(kind, text, at + 1);
    return (c == '{' && after == '|') || (c == '|' && after == '}' && !colon) ? LINE : NOTHING;
}

/* Let the twin take a token in; -1 on failure. */
static int take_event(Walk *walk, int kind, Py_ssize_t start) {
    PyObject *answer = PyObject_CallFunction(walk->event, "in", kind, start);
    if (answer == NULL) return -1;
    int read = PyArg_ParseTuple(answer, "nnnn", &walk->next, &walk->world_end, &walk->base, &walk->newest);
    Py_DECREF(answer);
    if (!read) return -1;
    if (walk->next > start && walk->base >= 0) return 0;
    PyErr_SetString(PyExc_ValueError, "the scan must go forward");
    return -1;
}

static int push_open(PyObject *open, Py_ssize_t start, Py_ssize_t length) {
    PyObject *run = Py_BuildValue("(nn)", start, length);
    if (run == NULL) return -1;
    int failed = PyList_Append(open, run);
    Py_DECREF(run);
    return failed;
}

/* The innermost open run, when it is of two braces; -1 for all others and when there is none. */
static Py_ssize_t open_pair(const Walk *walk) {
    Py_ssize_t count = PyList_GET_SIZE(walk->open), start, length;
    if (count <= walk->base) return -1;
    PyObject *run = PyList_GET_ITEM(walk->open, count - 1);
    if (!PyTuple_CheckExact(run) || PyTuple_GET_SIZE(run) != 2) return -1;
    start = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 0));
    length = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 1));
    if (start == -1 || length == -1) PyErr_Clear();
    return length == 2 ? start : -1;
}

/* Record the template text[start:end] when its name is known: 1 when done, 0 when the twin must, -1 on failure. */
static int add_template(Walk *walk, Py_ssize_t start, Py_ssize_t end) {
    Py_ssize_t stop = end - start < MAX_NAME ? end - 1 : start + MAX_NAME;
    Py_ssize_t bar = PyUnicode_FindChar(walk->text, '|', start, stop, 1);
    if (bar == -2) return -1;
    PyObject *raw = PyUnicode_Substring(walk->text, start + 2, bar < 0 ? stop : bar + 1);
    if (raw == NULL) return -1;
    PyObject *name = PyDict_GetItemWithError(walk->known, raw);
    Py_DECREF(raw);
    if (name == NULL) return PyErr_Occurred() ? -1 : 0;
    if (!PyTuple_Check(name) || PyTuple_GET_SIZE(name) != 3 || PyTuple_GET_ITEM(name, 1) != Py_False) return 0;
    Py_INCREF(name);
    PyObject *places[3] = {PyLong_FromSsize_t(start), PyLong_FromSsize_t(end), PyLong_FromLong(0)}, *template = NULL;
    if (places[0] != NULL && places[1] != NULL && places[2] != NULL) {
        PyObject *values[6] = {PyTuple_GET_ITEM(name, 0), places[0], places[1], places[2], Py_False,
                               PyTuple_GET_ITEM(name, 2)};
        template = PyObject_Vectorcall(walk->make_template, values, 6, NULL);
    }
    for (int n = 0; n < 3; n++) Py_XDECREF(places[n]);
    Py_DECREF(name);
    if (template == NULL) return -1;
    int failed = PyList_Append(walk->templates, template);
    Py_DECREF(template);
    Py_ssize_t count = PyList_GET_SIZE(walk->open);
    if (failed || count == 0 || PyList_SetSlice(walk->open, count - 1, count, NULL) < 0) return -1;
    return 1;
}

static int append_heading(Walk *walk, Py_ssize_t start, Py_ssize_t end, Py_ssize_t level, PyObject *title) {
    PyObject *heading = title == NULL ? NULL : PyObject_CallFunction(walk->make_heading, "nnnO", start, end, level, title);
    Py_XDECREF(title);
    if (heading == NULL) return -1;
    int failed = PyList_Append(walk->headings, heading);
    Py_DECREF(heading);
    if (start > walk->newest) walk->newest = start;
    return failed;
}

/* Record the heading on the line that begins with '=' at `start`, if it is one; -1 on failure. */
FOR_ALL_KINDS int add_heading(int kind, const void *text, Py_ssize_t size, Walk *walk, Py_ssize_t start) {
    Py_ssize_t end = PyUnicode_FindChar(walk->text, '\n', start, size, 1);
    if (end == -2) return -1;
    if (end < 0) end = size;
    Py_ssize_t stop = end, before = 0, behind = 0;
    for (Py_UCS4 c; (c = PyUnicode_READ(kind, text, stop - 1)) == ' ' || c == '\t' || c == '\r';) stop--;
    Py_ssize_t most = (stop - start - 1) / 2 < 6 ? (stop - start - 1) / 2 : 6;
    while (before < most && PyUnicode_READ(kind, text, start + before) == '=') before++;
    while (behind < before && PyUnicode_READ(kind, text, stop - 1 - behind) == '=') behind++;
    if (behind == 0) return 0;
    Py_ssize_t first = start + behind, last = stop - behind;
    while (first < last && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, text, first))) first++;
    while (first < last && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, text, last - 1))) last--;
    return append_heading(walk, start, end, behind, PyUnicode_Substring(walk->text, first, last));
}

FOR_ALL_KINDS int walk_text(int kind, Walk *walk) {
    const void *text = PyUnicode_DATA(walk->text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(walk->text);
    for (Py_ssize_t at = 0; at < size;) {
        Py_UCS4 c = PyUnicode_READ(kind, text, at);
        if (c >= ASCII || !BEGINS_TOKEN[c]) {
            at++;
            continue;
        }
        int what = event_kind(kind, text, size, at);
        Py_ssize_t end = at + 1, start;
        if (what == OPEN || what == CLOSE)
            while (end < size && PyUnicode_READ(kind, text, end) == c) end++;
        if (what == NOTHING) {
        } else if (what == LINE && at < walk->world_end && PyUnicode_READ(kind, text, at + 1) == '=') {
            /* In the content of a tag no heading counts. */
            if (walk->world_end > size && add_heading(kind, text, size, walk, at + 1) < 0) return -1;
        } else if (what == OPEN && at < walk->world_end) {
            if (push_open(walk->open, at, end - at) < 0) return -1;
        } else {
            int added = 0;
            if (what == CLOSE && end - at == 2 && at < walk->world_end && (start = open_pair(walk)) >= walk->newest)
                added = start < 0 ? 0 : add_template(walk, start, end);
            if (added < 0 || (!added && take_event(walk, what, at) < 0)) return -1;
            if (!added && walk->next > end) end = walk->next;
        }
        at = end;
    }
    return 0;
}

PyObject *scan_structure(PyObject *self, PyObject *args) {
    Walk walk = {.newest = -1};
    PyObject *templates, *headings;
    if (!PyArg_ParseTuple(args, "UO!O!O!O!On:scan_structure", &walk.text, &PyList_Type, &walk.open, &PyDict_Type,
                          &walk.known, &PyTuple_Type, &templates, &PyTuple_Type, &headings, &walk.event, &walk.newest)
        || !PyArg_ParseTuple(templates, "O!O", &PyList_Type, &walk.templates, &walk.make_template)
        || !PyArg_ParseTuple(headings, "O!O", &PyList_Type, &walk.headings, &walk.make_heading))
        return NULL;
    walk.world_end = PyUnicode_GET_LENGTH(walk.text) + 1;
    if (BY_KIND(walk.text, walk_text, &walk) < 0) return NULL;
    Py_RETURN_NONE;
}
