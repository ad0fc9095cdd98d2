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

#define LEAST_REFERENCE 11 /* characters of <ref></ref> */

typedef struct {
    PyObject *text, *replacement;
    char *out; /* characters of the text's kind */
    Py_ssize_t length;
} Cut;

FOR_ALL_KINDS void
keep(int kind, Cut *cut, Py_ssize_t start, Py_ssize_t end) {
    memcpy(cut->out + cut->length * kind, (const char *)PyUnicode_DATA(cut->text) + start * kind, (end - start) * kind);
    cut->length += end - start;
}

/* Copy the text to `out`, which has room for all of it, with the replacement, which is no longer, for references. */
FOR_ALL_KINDS int
cut_references(int kind, Cut *cut) {
    const void *text = PyUnicode_DATA(cut->text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(cut->text), kept = 0, at = 0, end;
    int plain;
    for (; (at = PyUnicode_FindChar(cut->text, '<', at, size, 1)) >= 0; at = end) {
        end = reference_end(kind, text, size, at, &plain);
        if (!plain) continue;
        keep(kind, cut, kept, at);
        for (Py_ssize_t n = 0; n < PyUnicode_GET_LENGTH(cut->replacement); n++, cut->length++)
            PyUnicode_WRITE(kind, cut->out, cut->length, PyUnicode_READ_CHAR(cut->replacement, n));
        kept = end;
    }
    if (at == -2) return -1; /* an error */
    keep(kind, cut, kept, size);
    return 0;
}

PyObject *shorten_references(PyObject *self, PyObject *args) {
    Cut cut = {0};
    if (!PyArg_ParseTuple(args, "UU:shorten_references", &cut.text, &cut.replacement)) return NULL;
    if (!PyUnicode_IS_ASCII(cut.replacement) || PyUnicode_GET_LENGTH(cut.replacement) > LEAST_REFERENCE) {
        PyErr_SetString(PyExc_ValueError, "the replacement must be in ASCII and no longer than any reference");
        return NULL;
    }
    int kind = PyUnicode_KIND(cut.text);
    cut.out = PyMem_Malloc(PyUnicode_GET_LENGTH(cut.text) * kind + 1);
    if (cut.out == NULL) return PyErr_NoMemory();
    PyObject *result = NULL;
    if (BY_KIND(cut.text, cut_references, &cut) == 0) result = PyUnicode_FromKindAndData(kind, cut.out, cut.length);
    PyMem_Free(cut.out);
    return result;
}
