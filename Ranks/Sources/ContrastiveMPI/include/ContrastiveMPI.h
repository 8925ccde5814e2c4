#ifndef CONTRASTIVE_MPI_H
#define CONTRASTIVE_MPI_H

#include <stdbool.h>
#include <stddef.h>

// What the command needs of MPI. Functions are called by one thread at a time. An error of MPI's
// own ends the job, with MPI's message: MPI_ERRORS_ARE_FATAL.

struct contrastive_mpi_message {
  int rank;
  void *bytes;
  size_t count;
};

// Joins the job; false where MPI gives no thread support.
bool contrastive_mpi_start(int *rank, int *size);

// Sends and receives at the same time. Returns −1 when all is done, or after so many seconds the
// rank of a process that something is still missing from or for.
int contrastive_mpi_exchange(
  const struct contrastive_mpi_message *outgoing, int outgoing_count,
  const struct contrastive_mpi_message *incoming, int incoming_count, double seconds);

// Whether every process has called this within so many seconds.
bool contrastive_mpi_meet(double seconds);

// Leaves the job; every process must.
void contrastive_mpi_finish(void);

// Ends every process of the job.
void contrastive_mpi_abort(int code);

#endif
