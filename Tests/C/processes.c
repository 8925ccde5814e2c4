/* Two threads as the processes of a group: the same bits as one alone, and what is refused. */
#define _POSIX_C_SOURCE 200809L
#include <contrastive.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 2, N = 700, D = 24, K = 5 };

/* Messages on their way from one process to another, the first first. */
typedef struct letter {
  struct letter *next;
  size_t count;
  char bytes[];
} letter;

static letter *on_their_way[SIZE][SIZE];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrival = PTHREAD_COND_INITIALIZER;
static size_t exchanged;

static void exchange(void *context, const contrastive_message *sending, size_t sending_count,
                     const contrastive_message *receiving, size_t receiving_count) {
  const int own = *(const int *)context;
  pthread_mutex_lock(&lock);
  for (size_t i = 0; i < sending_count; i++) {
    letter *new = malloc(sizeof *new + sending[i].count), **last;
    new->next = NULL;
    new->count = sending[i].count;
    memcpy(new->bytes, sending[i].bytes, new->count);
    for (last = &on_their_way[own][sending[i].rank]; *last != NULL; last = &(*last)->next) {}
    *last = new;
    exchanged += new->count;
  }
  pthread_cond_broadcast(&arrival);
  for (size_t i = 0; i < receiving_count; i++) {
    letter **first = &on_their_way[receiving[i].rank][own];
    while (*first == NULL) pthread_cond_wait(&arrival, &lock);
    letter *read = *first;
    if (read->count != receiving[i].count) abort();
    memcpy(receiving[i].bytes, read->bytes, read->count);
    *first = read->next;
    free(read);
  }
  pthread_mutex_unlock(&lock);
}

typedef struct {
  const contrastive_group *group;
  float *rows;
  contrastive_status status[4];
  int32_t neighbors[N * K], assignments[N];
  float similarities[N * K], centroids[K * D], gradient[N * D];
  double loss;
} process;

static contrastive_tensor tensor(
    const char *name, void *data, int type, int rank, const int64_t *shape) {
  const contrastive_tensor result = {name, data, type, rank, shape, NULL};
  return result;
}

static void *work(void *argument) {
  process *own = argument;
  const contrastive_control control = {1, NULL, NULL, own->group};
  const int64_t shape[] = {N, D}, table[] = {N, K}, means[] = {K, D};
  const contrastive_tensor data = tensor("points", own->rows, CONTRASTIVE_F32, 2, shape);
  const contrastive_tensor found = tensor("neighbors", own->neighbors, CONTRASTIVE_I32, 2, table);
  const contrastive_tensor values =
      tensor("similarities", own->similarities, CONTRASTIVE_F32, 2, table);
  own->status[0] = contrastive_knn(&data, &data, K, 1, &found, &values, &control);
  const contrastive_kmeans_options options = {K, 20, 1, 1, 0, 0};
  const contrastive_tensor centroids =
      tensor("centroids", own->centroids, CONTRASTIVE_F32, 2, means);
  const contrastive_tensor assigned =
      tensor("assignments", own->assignments, CONTRASTIVE_I32, 1, shape);
  own->status[1] = contrastive_kmeans(
      &data, NULL, &options, &centroids, &assigned, NULL, &control, NULL);
  const contrastive_tensor inputs[] = {tensor("queries", own->rows, CONTRASTIVE_F32, 2, shape),
                                       tensor("keys", own->rows, CONTRASTIVE_F32, 2, shape)};
  const contrastive_tensor output =
      tensor("gradient.queries", own->gradient, CONTRASTIVE_F32, 2, shape);
  own->status[2] = contrastive_loss("infonce", inputs, 2, &output, 1,
                                    "{\"temperature\": 0.1, \"normalize\": true}", &control,
                                    &own->loss, NULL);
  const contrastive_tensor scores = tensor("scores", own->similarities, CONTRASTIVE_F32, 2, table);
  const contrastive_tensor codes = tensor("codes", own->gradient, CONTRASTIVE_F32, 2, table);
  /* Last, and over what was compared already: it must not be written to. */
  own->status[3] = own->group == NULL ? CONTRASTIVE_BAD_OPTION
                                      : contrastive_sinkhorn(&scores, 0.05f, 3, &codes, &control);
  return NULL;
}

static int failures;

static void expect(int is_true, const char *what) {
  if (is_true) return;
  printf("failed: %s\n", what);
  failures++;
}

int main(void) {
  float *rows = malloc(N * D * sizeof *rows);
  unsigned seed = 7;
  for (int i = 0; i < N * D; i++) {
    seed = seed * 1664525u + 1013904223u;
    rows[i] = (float)(seed >> 8) / (1 << 24) - 0.5f;
  }
  process *all = calloc(SIZE + 1, sizeof *all), *alone = &all[SIZE];
  int ranks[SIZE];
  contrastive_group groups[SIZE];
  pthread_t threads[SIZE];
  alone->rows = rows;
  work(alone);
  for (int i = 0; i < SIZE; i++) {
    ranks[i] = i;
    groups[i] = (contrastive_group){i, SIZE, exchange, &ranks[i]};
    all[i].group = &groups[i];
    all[i].rows = rows;
    pthread_create(&threads[i], NULL, work, &all[i]);
  }
  for (int i = 0; i < SIZE; i++) pthread_join(threads[i], NULL);
  for (int i = 0; i < SIZE; i++) {
    process *one = &all[i];
    one->group = alone->group;
    expect(memcmp(one, alone, sizeof *one) == 0, "the bytes of a process alone");
  }
  for (int i = 0; i < 3; i++) expect(alone->status[i] == CONTRASTIVE_OK, "a call");
  expect(exchanged > 10000, "the work is shared");

  double loss;
  const int64_t shape[] = {N, D};
  const contrastive_tensor inputs[] = {tensor("queries", rows, CONTRASTIVE_F32, 2, shape),
                                       tensor("keys", rows, CONTRASTIVE_F32, 2, shape)};
  const contrastive_group bad[] = {
      {0, 0, exchange, NULL}, {2, 2, exchange, NULL}, {-1, 2, exchange, NULL}, {0, 2, NULL, NULL}};
  for (int i = 0; i < 4; i++) {
    const contrastive_control control = {1, NULL, NULL, &bad[i]};
    expect(contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, &control, &loss, NULL) ==
                   CONTRASTIVE_BAD_OPTION &&
               strcmp(contrastive_error_argument(), "group") == 0,
           "a group that is none");
  }
  printf("%d failures\n", failures);
  free(rows), free(all);
  return failures != 0;
}
