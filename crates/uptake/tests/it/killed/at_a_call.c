/* Ends the process just before the N-th call that changes a file or folder below a place, or in the midst of that call if it is a write.
 *
 * Loaded before the C library (LD_PRELOAD). KILL_BELOW is the place, KILL_AT the number, 1 for the first; 0 counts only, and KILL_COUNT names the
 * file that the number is written into at the end; KILL_LOG the file that every call is written into, before it is made. All threads count together, so the same load meets the same calls each time: a tracer that
 * counts for each thread by itself would not do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int calls;

static int below(const char *path) {
    const char *place = getenv("KILL_BELOW");
    return place && path && strncmp(path, place, strlen(place)) == 0;
}

static int is_open_below(int fd, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

static void note(const char *call, const char *path) {
    static int log = -2;
    const char *file = getenv("KILL_LOG");
    if (log == -2) log = file ? open(file, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    if (log >= 0) dprintf(log, "%s %s\n", call, path);
}

/* Whether this call is the one; counts it. */
static int is_it(const char *call, const char *path) {
    note(call, path);
    const char *at = getenv("KILL_AT");
    return __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) == (at ? atoi(at) : 0);
}

static void end(void) { kill(getpid(), SIGKILL); for (;;) pause(); }

static void count_one(const char *call, const char *path) { if (is_it(call, path)) end(); }

__attribute__((destructor)) static void tell(void) {
    const char *file = getenv("KILL_COUNT");
    FILE *out = file ? fopen(file, "w") : NULL;
    if (out) { fprintf(out, "%d", calls); fclose(out); }
}

/* The C library's own. */
#define NEXT(name, result, ...) \
    static result (*next)(__VA_ARGS__); \
    if (!next) next = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *bytes, size_t count) {
    NEXT("write", ssize_t, int, const void *, size_t);
    char path[PATH_MAX];
    if (is_open_below(fd, path) && is_it("write", path)) { next(fd, bytes, count / 2); end(); }
    return next(fd, bytes, count);
}

int fsync(int fd) {
    NEXT("fsync", int, int);
    char path[PATH_MAX];
    if (is_open_below(fd, path)) count_one("fsync", path);
    return next(fd);
}

int open64(const char *path, int flags, ...) {
    NEXT("open64", int, const char *, int, ...);
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
    if ((flags & O_CREAT) && below(path)) count_one("open", path);
    return next(path, flags, mode);
}

int rename(const char *from, const char *to) {
    NEXT("rename", int, const char *, const char *);
    if (below(to)) count_one("name", to);
    return next(from, to);
}

int linkat(int from_in, const char *from, int to_in, const char *to, int flags) {
    NEXT("linkat", int, int, const char *, int, const char *, int);
    if (below(to)) count_one("name", to);
    return next(from_in, from, to_in, to, flags);
}

int unlink(const char *path) {
    NEXT("unlink", int, const char *);
    if (below(path)) count_one("unlink", path);
    return next(path);
}

int mkdir(const char *path, mode_t mode) {
    NEXT("mkdir", int, const char *, mode_t);
    if (below(path)) count_one("mkdir", path);
    return next(path, mode);
}
