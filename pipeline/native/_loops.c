/* Hot loops of reading a dump. Each has a Python twin that gives the same results: it decides about everything odd
 * here, and about everything where this file was not compiled (docs/decisions/010-native-loops.md).
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
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <string.h>

/* A Python string has 1, 2 or 4 bytes a character. Functions that read one take this kind first, and are compiled three
 * times, each with a constant for it. */
#ifdef _MSC_VER
#define FOR_ALL_KINDS static __forceinline
#else
#define FOR_ALL_KINDS static inline __attribute__((always_inline))
#endif
#define BY_KIND(string, function, ...)                                                       \
    (PyUnicode_KIND(string) == PyUnicode_1BYTE_KIND   ? function(PyUnicode_1BYTE_KIND, __VA_ARGS__) \
     : PyUnicode_KIND(string) == PyUnicode_2BYTE_KIND ? function(PyUnicode_2BYTE_KIND, __VA_ARGS__) \
                                                      : function(PyUnicode_4BYTE_KIND, __VA_ARGS__))

/* ---- XML character data ---------------------------------------------------------------------------------------- */

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

static PyObject *unescape(PyObject *self, PyObject *data) {
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

/* ---- tags ------------------------------------------------------------------------------------------------------ */

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
        if (c < 128 && is_first[c]) return at;
    }
    return at == -2 ? -2 : -1;
}

static PyObject *find_tag(PyObject *self, PyObject *args) {
    PyObject *text;
    Py_ssize_t start, count;
    const char *is_first;
    if (!PyArg_ParseTuple(args, "Uny#:find_tag", &text, &start, &is_first, &count)) return NULL;
    if (start < 0 || count != 128) {
        PyErr_SetString(PyExc_ValueError, "a place from 0 and a byte for each ASCII character are needed");
        return NULL;
    }
    Py_ssize_t found = BY_KIND(text, next_tag, text, start, is_first);
    return found == -2 ? NULL : PyLong_FromSsize_t(found);
}

/* ---- references ------------------------------------------------------------------------------------------------ */

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

static PyObject *shorten_references(PyObject *self, PyObject *args) {
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

/* ---- links ----------------------------------------------------------------------------------------------------- */

#define ENDS_TITLE 1
#define ENDS_ANCHOR 2
static const unsigned char ENDS[128] = {
    ['['] = ENDS_TITLE | ENDS_ANCHOR, [']'] = ENDS_TITLE | ENDS_ANCHOR, ['<'] = ENDS_TITLE | ENDS_ANCHOR,
    ['{'] = ENDS_TITLE | ENDS_ANCHOR, ['\n'] = ENDS_TITLE | ENDS_ANCHOR,
    ['}'] = ENDS_TITLE, ['|'] = ENDS_TITLE, ['>'] = ENDS_TITLE,
    ['&'] = ENDS_ANCHOR, ['\t'] = ENDS_ANCHOR,
};

static inline int is_end(Py_UCS4 c, int what) {
    if (c < 128) return ENDS[c] & what;
    return (c >= 0xFDD0 && c <= 0xFDEF) || (c == 0xA0 && what == ENDS_ANCHOR); /* inert characters of mask.py */
}

typedef struct {
    Py_ssize_t title_end;
    Py_ssize_t anchor, anchor_end; /* equal where there is no anchor */
    Py_ssize_t trail, end;         /* equal where there is no trail */
} Link;

/* What an ASCII character does behind a link; all others are left to the twin. */
enum { UNSURE, ENDS_LINK, JOINS_LINK };
#define ASCII 128
#define MAX_TITLE 255

typedef struct {
    PyObject *text, *known, *title, *odd, *nothing; /* the last is "" */
    PyObject *starts, *targets, *fragments, *surfaces, *dropped, *dropped_raw;
    const char *followers, *plain; /* of each ASCII character: one of the above; whether it may stand in a plain title */
    int capitalises;
} Scan;

/* Whether a plain link begins with the two brackets at `start`: [[title]] or [[title|anchor]], perhaps with a trail. */
FOR_ALL_KINDS int
plain_link(int kind, const void *text, Py_ssize_t size, Py_ssize_t start, const char *followers, Link *link) {
    Py_ssize_t at = start + 2;
    Py_UCS4 c, last = ' ';
    while (at < size && !is_end(PyUnicode_READ(kind, text, at), ENDS_TITLE)) at++;
    if (at == start + 2 || at + 1 >= size) return 0;
    link->title_end = link->anchor = link->anchor_end = at;
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

static int append_place(PyObject *list, Py_ssize_t place) {
    PyObject *number = PyLong_FromSsize_t(place);
    if (number == NULL) return -1;
    int failed = PyList_Append(list, number);
    Py_DECREF(number);
    return failed;
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
static int add_row(Scan *scan, Py_ssize_t start, const Link *link, PyObject *target, PyObject *fragment,
                   PyObject *without_anchor) {
    if (PyUnicode_GET_LENGTH(fragment) == 0 && PyUnicode_Compare(target, scan->title) == 0) return 0; /* a self link */
    PyObject *surface = shown_text(scan, link, without_anchor);
    if (surface == NULL) return -1;
    int failed = append_place(scan->starts, start) < 0 || PyList_Append(scan->targets, target) < 0
                 || PyList_Append(scan->fragments, fragment) < 0 || PyList_Append(scan->surfaces, surface) < 0;
    Py_DECREF(surface);
    return failed ? -1 : 1;
}

/* The same by what `known` says of the target: (key, fragment, text without anchor), or why it is dropped. */
static int add_known(Scan *scan, Py_ssize_t start, const Link *link, PyObject *raw) {
    PyObject *entry = PyDict_GetItemWithError(scan->known, raw), *part;
    if (entry == NULL) return PyErr_Occurred() ? -1 : 0;
    if (PyUnicode_CheckExact(entry))
        return PyList_Append(scan->dropped, entry) < 0 || PyList_Append(scan->dropped_raw, raw) < 0 ? -1 : 1;
    if (!PyTuple_CheckExact(entry) || PyTuple_GET_SIZE(entry) != 3) return 0;
    for (int n = 0; n < 3; n++)
        if (part = PyTuple_GET_ITEM(entry, n), !PyUnicode_CheckExact(part)) return 0;
    return add_row(scan, start, link, PyTuple_GET_ITEM(entry, 0), PyTuple_GET_ITEM(entry, 1),
                   PyTuple_GET_ITEM(entry, 2));
}

static int add_link(Scan *scan, Py_ssize_t start, const Link *link) {
    PyObject *raw = PyUnicode_Substring(scan->text, start + 2, link->title_end);
    if (raw == NULL) return -1;
    PyObject *key = plain_key(scan, raw);
    int added = -1;
    if (key != NULL) added = add_row(scan, start, link, key, scan->nothing, raw);
    else if (!PyErr_Occurred()) added = add_known(scan, start, link, raw);
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

FOR_ALL_KINDS int scan_text(int kind, Scan *scan) {
    const void *text = PyUnicode_DATA(scan->text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(scan->text), at = 0;
    while ((at = PyUnicode_FindChar(scan->text, '[', at, size, 1)) >= 0) {
        Link link;
        if (at + 1 == size || PyUnicode_READ(kind, text, at + 1) != '[') {
            at++;
            continue;
        }
        int added = plain_link(kind, text, size, at, scan->followers, &link) ? add_link(scan, at, &link) : 0;
        if (added < 0) return -1;
        at = added ? link.end : ask_twin(scan, at);
        if (at < 0) return -1;
    }
    return at == -2 ? -1 : 0;
}

static PyObject *scan_links(PyObject *self, PyObject *args) {
    Scan scan;
    Py_ssize_t n_followers, n_plain;
    if (!PyArg_ParseTuple(args, "UO!U(y#y#p)(O!O!O!O!)(O!O!)O:scan_links", &scan.text, &PyDict_Type, &scan.known,
                          &scan.title, &scan.followers, &n_followers, &scan.plain, &n_plain, &scan.capitalises,
                          &PyList_Type, &scan.starts, &PyList_Type, &scan.targets, &PyList_Type,
                          &scan.fragments, &PyList_Type, &scan.surfaces, &PyList_Type, &scan.dropped, &PyList_Type,
                          &scan.dropped_raw, &scan.odd))
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

/* ---- places of links ------------------------------------------------------------------------------------------- */

/* The number in place `n` of a list; -1 and an error for anything else, or one below 0. */
static Py_ssize_t number_at(PyObject *list, Py_ssize_t n) {
    Py_ssize_t number = PyLong_AsSsize_t(PyList_GET_ITEM(list, n));
    if (number < 0 && !PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "places are numbers from 0");
    return number < 0 ? -1 : number;
}

static int has_code_for_each(PyObject *starts, PyObject *codes) {
    if (PyByteArray_GET_SIZE(codes) == PyList_GET_SIZE(starts)) return 1;
    PyErr_SetString(PyExc_ValueError, "each place must have one code");
    return 0;
}

static PyObject *paint(PyObject *self, PyObject *args) {
    PyObject *starts, *spans, *codes;
    unsigned char code;
    if (!PyArg_ParseTuple(args, "O!O!O!b:paint", &PyList_Type, &starts, &PyList_Type, &spans, &PyByteArray_Type, &codes,
                          &code)
        || !has_code_for_each(starts, codes))
        return NULL;
    Py_ssize_t count = PyList_GET_SIZE(starts), at = 0;
    for (Py_ssize_t n = 0; n < PyList_GET_SIZE(spans) && at < count; n++) {
        Py_ssize_t begin, end, start;
        if (!PyArg_Parse(PyList_GET_ITEM(spans, n), "(nn)", &begin, &end)) return NULL;
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

static PyObject *paint_lists(PyObject *self, PyObject *args) {
    PyObject *text, *starts, *codes;
    unsigned char code;
    if (!PyArg_ParseTuple(args, "UO!O!b:paint_lists", &text, &PyList_Type, &starts, &PyByteArray_Type, &codes, &code)
        || !has_code_for_each(starts, codes) || BY_KIND(text, paint_lines, text, starts, codes, code) < 0)
        return NULL;
    Py_RETURN_NONE;
}

/* ---- equal links ----------------------------------------------------------------------------------------------- */

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

static PyObject *count_links(PyObject *self, PyObject *args) {
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

/* ---- columns --------------------------------------------------------------------------------------------------- */

/* The UTF-8 of a string and its size; NULL, without an error, for anything else. */
static const char *utf8_of(PyObject *text, Py_ssize_t *size) {
    const char *letters = PyUnicode_CheckExact(text) ? PyUnicode_AsUTF8AndSize(text, size) : NULL;
    if (letters == NULL) PyErr_Clear();
    return letters;
}

static PyObject *utf8_column(PyObject *self, PyObject *values) {
    if (!PyList_CheckExact(values)) {
        PyErr_SetString(PyExc_TypeError, "a column must be a list");
        return NULL;
    }
    Py_ssize_t count = PyList_GET_SIZE(values), total = 0, size;
    PyObject *offsets = PyBytes_FromStringAndSize(NULL, (count + 1) * (Py_ssize_t)sizeof(int32_t)), *data = NULL;
    if (offsets == NULL) return NULL;
    int32_t *ends = (int32_t *)PyBytes_AS_STRING(offsets);
    ends[0] = 0;
    for (Py_ssize_t n = 0; n < count; n++) {
        if (utf8_of(PyList_GET_ITEM(values, n), &size) == NULL || (total += size) > INT32_MAX) { /* the twin decides */
            Py_DECREF(offsets);
            Py_RETURN_NONE;
        }
        ends[n + 1] = (int32_t)total;
    }
    if ((data = PyBytes_FromStringAndSize(NULL, total)) == NULL) {
        Py_DECREF(offsets);
        return NULL;
    }
    for (Py_ssize_t n = 0; n < count; n++)
        memcpy(PyBytes_AS_STRING(data) + ends[n], utf8_of(PyList_GET_ITEM(values, n), &size), ends[n + 1] - ends[n]);
    return Py_BuildValue("(NN)", offsets, data);
}

/* ---- structure ------------------------------------------------------------------------------------------------- */

enum { OPEN, CLOSE, LINE, EXTENSION, NOTHING }; /* as in structure.py */
#define MAX_NAME 256

typedef struct {
    PyObject *text, *open, *known, *event;
    PyObject *templates, *make_template, *headings, *make_heading;
    Py_ssize_t next, world_end, base, newest; /* what the twin's last answer said */
} Walk;

static const char BEGINS_TOKEN[128] = {['{'] = 1, ['}'] = 1, ['\n'] = 1, ['<'] = 1};

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

/* The innermost open run, when it is of two braces; -1 when there is none. */
static Py_ssize_t open_pair(const Walk *walk) {
    Py_ssize_t count = PyList_GET_SIZE(walk->open), start, length;
    if (count <= walk->base) return -1;
    PyObject *run = PyList_GET_ITEM(walk->open, count - 1);
    if (!PyTuple_CheckExact(run) || PyTuple_GET_SIZE(run) != 2) return -1;
    start = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 0));
    length = PyLong_AsSsize_t(PyTuple_GET_ITEM(run, 1));
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
        if (c >= 128 || !BEGINS_TOKEN[c]) {
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

static PyObject *scan_structure(PyObject *self, PyObject *args) {
    Walk walk = {.newest = -1};
    if (!PyArg_ParseTuple(args, "UO!O!(O!O)(O!O)On:scan_structure", &walk.text, &PyList_Type, &walk.open, &PyDict_Type,
                          &walk.known, &PyList_Type, &walk.templates, &walk.make_template, &PyList_Type,
                          &walk.headings, &walk.make_heading, &walk.event, &walk.newest))
        return NULL;
    walk.world_end = PyUnicode_GET_LENGTH(walk.text) + 1;
    if (BY_KIND(walk.text, walk_text, &walk) < 0) return NULL;
    Py_RETURN_NONE;
}

/* ---- the module ------------------------------------------------------------------------------------------------ */

static PyMethodDef METHODS[] = {
    {"unescape", unescape, METH_O,
     "unescape(data) -> bytes with the five named entities of XML replaced; None where another '&' stands."},
    {"find_tag", find_tag, METH_VARARGS,
     "find_tag(text, start, firsts) -> place of the next '<' that one of these follows, perhaps behind a slash; or -1."},
    {"shorten_references", shorten_references, METH_VARARGS,
     "shorten_references(text, replacement) -> text with that in place of each reference without link and tag."},
    {"scan_links", scan_links, METH_VARARGS,
     "scan_links(text, known, title, (followers, plain, capitalises), (starts, targets, fragments, "
     "surfaces), (dropped, dropped_raw), odd): append the plain links of `text` to the lists, and call odd(place), "
     "which gives the place to go on at, for all other '[['."},
    {"paint", paint, METH_VARARGS,
     "paint(starts, spans, codes, code): set the code of each start in a span; both rise."},
    {"paint_lists", paint_lists, METH_VARARGS,
     "paint_lists(text, starts, codes, code): set the code of each start on a line that begins with one of *#:;."},
    {"count_links", count_links, METH_VARARGS,
     "count_links(targets, fragments, surfaces, contexts, in_template) -> the same of each different link, in order of "
     "the first of its kind, and how many there are of it."},
    {"utf8_column", utf8_column, METH_O,
     "utf8_column(values) -> (offsets, data) of an Arrow string array; None for a list with anything but strings."},
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
