// What fork() must not tear apart.

#ifndef CONTRASTIVE_FORK_H
#define CONTRASTIVE_FORK_H

// Notices forks from now on; may be called again.
void contrastive_watch_forks(void);

// How many forks lie between the process that began to watch and this one.
unsigned long contrastive_fork_generation(void);

// Around a call that holds locks of a library: a fork in another thread waits until it is left, so
// that the child finds the library's locks open.
void contrastive_enter_call(void);
void contrastive_leave_call(void);

#endif
