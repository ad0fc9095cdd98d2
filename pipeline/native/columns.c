/* Lists of strings as columns of Arrow. */
#include "loops.h"

/* The UTF-8 of a string and its size; NULL, without an error, for anything else. */
static const char *utf8_of(PyObject *text, Py_ssize_t *size) {
    const char *letters = PyUnicode_CheckExact(text) ? PyUnicode_AsUTF8AndSize(text, size) : NULL;
    if (letters == NULL) PyErr_Clear();
    return letters;
}

PyObject *utf8_column(PyObject *self, PyObject *values) {
    if (!PyList_CheckExact(values)) Py_RETURN_NONE;
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
