/* Entities of XML, tags, references. */
#include "loops.h"

/* ---- XML character data ---------------------------------------------------------------------------------------------- */

/* The character of a named entity at data[at] == '&', and its length; 0 for anything else. */
static int named_entity(const char *at, Py_ssize_t left, char *character) {
    static const struct { char character; int length; const char *text; } NAMED[] = {
        {'<', 4, "&lt;"}, {'>', 4, "&gt;"}, {'"', 6, "&quot;"}, {'&', 5, "&amp;"}, {'\'', 6, "&apos;"},
    };
    for (size_t n = 0; n < sizeof NAMED / sizeof NAMED[0]; n++) {
        if (left >= NAMED[n].length && memcmp(at, NAMED[n].text, NAMED[n].length) == 0) {
            *character = NAMED[n].character;
            return NAMED[n].length;
        }
    }
    return 0;
}

PyObject *unescape(PyObject *self, PyObject *data) {
    char *bytes;
    Py_ssize_t size;
    if (PyBytes_AsStringAndSize(data, &bytes, &size) < 0) return NULL;
    PyObject *result = PyBytes_FromStringAndSize(NULL, size); /* entities only shrink */
    if (result == NULL) return NULL;
    char *out = PyBytes_AS_STRING(result);
    const char *at = bytes, *end = bytes + size, *next;
    while ((next = memchr(at, '&', end - at)) != NULL) {
        memcpy(out, at, next - at);
        out += next - at;
        int length = named_entity(next, end - next, out);
        if (length == 0) { /* a number or an error: the twin decides */
            Py_DECREF(result);
            Py_RETURN_NONE;
        }
        out++;
        at = next + length;
    }
    memcpy(out, at, end - at);
    out += end - at;
    if (_PyBytes_Resize(&result, out - PyBytes_AS_STRING(result)) < 0) return NULL;
    return result;
}

/* ---- tags ------------------------------------------------------------------------------------------------------------ */

/* The next '<' from `at` on that one of these ASCII characters follows, perhaps behind a slash; -1 when there is none. */
FOR_ALL_KINDS Py_ssize_t
next_tag(int kind, PyObject *whole, Py_ssize_t at, const char *is_first) {
    const void *text = PyUnicode_DATA(whole);
    Py_ssize_t size = PyUnicode_GET_LENGTH(whole);
    for (; at < size && (at = PyUnicode_FindChar(whole, '<', at, size, 1)) >= 0; at++) {
        Py_ssize_t next = at + 1;
        if (next < size && PyUnicode_READ(kind, text, next) == '/') next++;
        if (next >= size) return -1;
        Py_UCS4 c = PyUnicode_READ(kind, text, next);
        if (c < ASCII && is_first[c]) return at;
    }
    return at == -2 ? -2 : -1;
}

PyObject *find_tag(PyObject *self, PyObject *args) {
    PyObject *text;
    Py_ssize_t start, count;
    const char *is_first;
    if (!PyArg_ParseTuple(args, "Uny#:find_tag", &text, &start, &is_first, &count)) return NULL;
    if (start < 0 || count != ASCII) {
        PyErr_SetString(PyExc_ValueError, "a place from 0 and a byte for each ASCII character are needed");
        return NULL;
    }
    Py_ssize_t found = BY_KIND(text, next_tag, text, start, is_first);
    return found == -2 ? NULL : PyLong_FromSsize_t(found);
}

/* ---- references ------------------------------------------------------------------------------------------------------ */

FOR_ALL_KINDS int
names_ref(int kind, const void *text, Py_ssize_t size, Py_ssize_t at) { /* "ref", in letters of any case */
    return at + 2 < size && (PyUnicode_READ(kind, text, at) | 32) == 'r'
           && (PyUnicode_READ(kind, text, at + 1) | 32) == 'e' && (PyUnicode_READ(kind, text, at + 2) | 32) == 'f';
}

FOR_ALL_KINDS int
is_closer(int kind, const void *text, Py_ssize_t size, Py_ssize_t at) { /* </ref >, at its '<' */
    if (at + 1 >= size || PyUnicode_READ(kind, text, at + 1) != '/' || !names_ref(kind, text, size, at + 2)) return 0;
    for (at += 5; at < size && Py_UNICODE_ISSPACE(PyUnicode_READ(kind, text, at)); at++) {}
    return at < size && PyUnicode_READ(kind, text, at) == '>';
}

/* Where the reference ends that begins at `start`, a '<'; *plain: whether it holds neither a link nor a tag. */
FOR_ALL_KINDS Py_ssize_t
reference_end(int kind, const void *text, Py_ssize_t size, Py_ssize_t start, int *plain) {
    Py_ssize_t at = start + 4;
    *plain = 0;
    if (at >= size || !names_ref(kind, text, size, start + 1)) return start + 1;
    Py_UCS4 c = PyUnicode_READ(kind, text, at), before = 0;
    if (c != '>' && c != '/' && !Py_UNICODE_ISSPACE(c)) return start + 1;
    int has_link = 0;
    for (; at < size && (c = PyUnicode_READ(kind, text, at)) != '<' && c != '>'; before = c, at++)
        has_link |= c == '[' && before == '[';
    if (at >= size || c != '>' || before == '/') return start + 1;
    for (; at < size && (c = PyUnicode_READ(kind, text, at)) != '<'; before = c, at++)
        has_link |= c == '[' && before == '[';
    if (is_closer(kind, text, size, at) && PyUnicode_READ(kind, text, at + 5) == '>'
        && PyUnicode_READ(kind, text, at + 2) == 'r' && PyUnicode_READ(kind, text, at + 3) == 'e'
        && PyUnicode_READ(kind, text, at + 4) == 'f') {
        *plain = !has_link;
        return at + 6;
    }
    while (at < size && !is_closer(kind, text, size, at))
        for (at++; at < size && PyUnicode_READ(kind, text, at) != '<'; at++) {}
    return at;
}

static int append_part(PyObject *parts, PyObject *text, Py_ssize_t start, Py_ssize_t end) {
    PyObject *part = PyUnicode_Substring(text, start, end);
    if (part == NULL) return -1;
    int failed = PyList_Append(parts, part);
    Py_DECREF(part);
    return failed;
}

FOR_ALL_KINDS int
cut_references(int kind, PyObject *whole, PyObject *replacement, PyObject *parts) {
    const void *text = PyUnicode_DATA(whole);
    Py_ssize_t size = PyUnicode_GET_LENGTH(whole), kept = 0, at = 0, end;
    int plain;
    for (; (at = PyUnicode_FindChar(whole, '<', at, size, 1)) >= 0; at = end) {
        end = reference_end(kind, text, size, at, &plain);
        if (!plain) continue;
        if (append_part(parts, whole, kept, at) < 0 || PyList_Append(parts, replacement) < 0) return -1;
        kept = end;
    }
    return at == -2 ? -1 : append_part(parts, whole, kept, size); /* -2: an error */
}

PyObject *shorten_references(PyObject *self, PyObject *args) {
    PyObject *text, *replacement;
    if (!PyArg_ParseTuple(args, "UU:shorten_references", &text, &replacement)) return NULL;
    PyObject *parts = PyList_New(0), *result = NULL, *nothing = PyUnicode_FromStringAndSize(NULL, 0);
    if (parts != NULL && nothing != NULL) {
        int failed = BY_KIND(text, cut_references, text, replacement, parts);
        if (!failed) result = PyUnicode_Join(nothing, parts);
    }
    Py_XDECREF(parts);
    Py_XDECREF(nothing);
    return result;
}
