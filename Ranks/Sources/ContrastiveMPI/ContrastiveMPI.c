#define _GNU_SOURCE
#include "ContrastiveMPI.h"

#include <mpi.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

// MPI counts in int: longer messages are sent in pieces.
static const size_t largest_piece = (size_t)1 << 30;

// For those who meet, apart from the messages of a call that may be under way.
static MPI_Comm meeting = MPI_COMM_NULL;

// Whether this machine has more of the job's processes than processors.
static bool is_crowded = false;

bool contrastive_mpi_start(int *rank, int *size) {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (provided < MPI_THREAD_SERIALIZED) return false;
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, size);
  MPI_Comm_dup(MPI_COMM_WORLD, &meeting);
  const char *here = getenv("OMPI_COMM_WORLD_LOCAL_SIZE");
  is_crowded = (here == NULL ? *size : atol(here)) > sysconf(_SC_NPROCESSORS_ONLN);
  return true;
}

// Waits between two looks for messages. Processes that share a processor let each other get on at
// once. Others keep theirs for some milliseconds: one that is given away on a busy machine comes
// back after a tick of the scheduler.
static void pause_between(int looks, double waited) {
  if (!is_crowded && waited < 5e-3) return;
  if (looks < 500) return;
  if (is_crowded && looks < 2000) { sched_yield(); return; }
  usleep(waited < 0.5 ? 20 : 200);
}

static int pieces_of(size_t count) { return (int)((count + largest_piece - 1) / largest_piece); }

int contrastive_mpi_exchange(
  const struct contrastive_mpi_message *outgoing, int outgoing_count,
  const struct contrastive_mpi_message *incoming, int incoming_count, double seconds) {
  int total = 0;
  for (int i = 0; i < outgoing_count; i++) total += pieces_of(outgoing[i].count);
  for (int i = 0; i < incoming_count; i++) total += pieces_of(incoming[i].count);
  if (total == 0) return -1;
  MPI_Request *requests = malloc((size_t)total * sizeof(MPI_Request));
  int *ranks = malloc((size_t)total * sizeof(int));
  if (requests == NULL || ranks == NULL) MPI_Abort(MPI_COMM_WORLD, 70);
  int next = 0;
  for (int i = 0; i < incoming_count; i++) {
    for (size_t start = 0; start < incoming[i].count; start += largest_piece) {
      size_t rest = incoming[i].count - start;
      ranks[next] = incoming[i].rank;
      MPI_Irecv(
        (char *)incoming[i].bytes + start, (int)(rest < largest_piece ? rest : largest_piece),
        MPI_BYTE, incoming[i].rank, 0, MPI_COMM_WORLD, &requests[next++]);
    }
  }
  for (int i = 0; i < outgoing_count; i++) {
    for (size_t start = 0; start < outgoing[i].count; start += largest_piece) {
      size_t rest = outgoing[i].count - start;
      ranks[next] = outgoing[i].rank;
      MPI_Isend(
        (char *)outgoing[i].bytes + start, (int)(rest < largest_piece ? rest : largest_piece),
        MPI_BYTE, outgoing[i].rank, 0, MPI_COMM_WORLD, &requests[next++]);
    }
  }
  double start = MPI_Wtime();
  int missing = -1;
  for (int looks = 0;; looks++) {
    int done = 0;
    MPI_Testall(total, requests, &done, MPI_STATUSES_IGNORE);
    if (done) break;
    double waited = MPI_Wtime() - start;
    if (waited > seconds) {
      for (int i = 0; i < total && missing < 0; i++) {
        int arrived = 0;
        MPI_Test(&requests[i], &arrived, MPI_STATUS_IGNORE);
        if (!arrived) missing = ranks[i];
      }
      if (missing >= 0) break;
    }
    pause_between(looks, waited);
  }
  free(requests);
  free(ranks);
  return missing;
}

bool contrastive_mpi_meet(double seconds) {
  static MPI_Request request = MPI_REQUEST_NULL;
  if (request == MPI_REQUEST_NULL) MPI_Ibarrier(meeting, &request);
  double end = MPI_Wtime() + seconds;
  for (;;) {
    int done = 0;
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done) return true;
    if (MPI_Wtime() > end) return false;
    usleep(500);
  }
}

// Leaving, Open MPI sends mpirun two short messages one after the other. By default TCP keeps the
// second back until the first is acknowledged, which a receiver puts off for 40 ms.
static void send_at_once(void) {
  long open_max = sysconf(_SC_OPEN_MAX);
  int end = open_max > 0 && open_max < 1024 ? (int)open_max : 1024;
  for (int descriptor = 3; descriptor < end; descriptor++) {
    int yes = 1;
    // Whatever is no TCP socket says so.
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
}

void contrastive_mpi_finish(void) {
  send_at_once();
  MPI_Finalize();
}

void contrastive_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }
