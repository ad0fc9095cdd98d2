/* What the files of the compiled loops share. */
#ifndef MEL_LOOPS_H
#define MEL_LOOPS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define ASCII 128

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

static inline int append_place(PyObject *list, Py_ssize_t place) {
    PyObject *number = PyLong_FromSsize_t(place);
    if (number == NULL) return -1;
    int failed = PyList_Append(list, number);
    Py_DECREF(number);
    return failed;
}

PyObject *unescape(PyObject *self, PyObject *data);
PyObject *find_tag(PyObject *self, PyObject *args);
PyObject *shorten_references(PyObject *self, PyObject *args);
PyObject *scan_links(PyObject *self, PyObject *args);
PyObject *paint(PyObject *self, PyObject *args);
PyObject *paint_lists(PyObject *self, PyObject *args);
PyObject *count_links(PyObject *self, PyObject *args);
PyObject *utf8_column(PyObject *self, PyObject *values);
PyObject *scan_structure(PyObject *self, PyObject *args);

#endif
