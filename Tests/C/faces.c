/* What contrastive.h promises besides values: errors, strides, types, banks, threads, canceling. */
#define _POSIX_C_SOURCE 200809L
#include <contrastive.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void expect(int is_true, const char *what) {
  if (is_true) return;
  printf("failed: %s (%s)\n", what, contrastive_error_message());
  failures++;
}

static float *random_rows(size_t count, unsigned seed) {
  float *values = malloc(count * sizeof *values);
  for (size_t i = 0; i < count; i++) {
    seed = seed * 1664525u + 1013904223u;
    values[i] = (float)(seed >> 8) / (1 << 24) - 0.5f;
  }
  return values;
}

static contrastive_tensor tensor(const char *name, void *data, int type, const int64_t *shape) {
  const contrastive_tensor result = {name, data, type, 2, shape, NULL};
  return result;
}

static void errors(void) {
  const int64_t shape[] = {2, 3}, other[] = {2, 4};
  float values[8] = {1, 0, 0, 0, 1, 0, 0, 0};
  contrastive_tensor inputs[] = {tensor("queries", values, CONTRASTIVE_F32, shape),
                                 tensor("keys", values, CONTRASTIVE_F32, other)};
  double loss;
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_SHAPE && strcmp(contrastive_error_argument(), "keys") == 0,
         "a shape that does not fit names its tensor");
  inputs[1].shape = shape;
  expect(contrastive_loss("infonse", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_OPTION && strstr(contrastive_error_message(), "infonce"),
         "an unknown method names the nearest one");
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, "{\"temprature\": 1}", NULL, &loss, NULL)
             == CONTRASTIVE_BAD_OPTION && strstr(contrastive_error_message(), "temperature"),
         "an unknown option names the nearest one");
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, "{\"temperature\": 0}", NULL, &loss, NULL)
             == CONTRASTIVE_BAD_OPTION, "an option outside its range");
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, "{\"mix-seed\": 1}", NULL, &loss, NULL)
             == CONTRASTIVE_BAD_OPTION &&
             strcmp(contrastive_error_argument(), "mix-seed") == 0, "an option without its owner");
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, "{\"temperature\":", NULL, &loss, NULL)
             == CONTRASTIVE_BAD_OPTION &&
             strcmp(contrastive_error_argument(), "options") == 0, "text that is no JSON");
  expect(contrastive_loss("infonce", inputs, 1, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_TENSOR && strcmp(contrastive_error_argument(), "keys") == 0,
         "a missing tensor");
  expect(contrastive_loss("infonce", NULL, 2, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_TENSOR, "inputs of NULL");
  inputs[1].data = NULL;
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_TENSOR, "data of NULL");
  float broken[6] = {1, 0, 0, 0, NAN, 0};
  inputs[1].data = broken;
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_NOT_FINITE && strstr(contrastive_error_message(), "row 1, column 1"),
         "NaN is named by its place");
  inputs[1].dtype = 77;
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_TYPE, "an unknown type");
  const contrastive_control control = {-1, NULL, NULL, NULL};
  inputs[1] = tensor("keys", values, CONTRASTIVE_F32, shape);
  expect(contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, &control, &loss, NULL) ==
             CONTRASTIVE_BAD_OPTION, "-1 threads");
  float gradients[2][6];
  contrastive_tensor outputs[] = {
      tensor("gradient.queries", gradients[0], CONTRASTIVE_F32, shape),
      tensor("gradient.queries", gradients[1], CONTRASTIVE_F32, shape)};
  expect(contrastive_loss("infonce", inputs, 2, outputs, 2, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_BAD_TENSOR &&
             strcmp(contrastive_error_argument(), "gradient.queries") == 0,
         "an output given twice");
  expect(contrastive_bank_create(0, 3, 0) == NULL, "a bank without rows");
  expect(contrastive_bank_enqueue(NULL, inputs, NULL, -1) == CONTRASTIVE_BAD_TENSOR, "no bank");
  const contrastive_kmeans_options many = {3, 5, 1, 0, 0, 0};
  expect(contrastive_kmeans(inputs, NULL, &many, &inputs[1], NULL, NULL, NULL, NULL) ==
             CONTRASTIVE_BAD_SHAPE, "centroids of another shape");
  contrastive_result_free(NULL);
  contrastive_bank_free(NULL);
}

/* The same numbers as columns, backwards, in double and in halves give the same loss. */
static void layouts(void) {
  enum { N = 5, D = 4 };
  const int64_t shape[] = {N, D}, columns[] = {1, N}, backward[] = {-D, 1};
  float *rows = random_rows(N * D, 1), *keys = random_rows(N * D, 2);
  float turned[N * D], gradient[N * D], strided[N * D];
  double wide[N * D], loss, expected;
  for (int r = 0; r < N; r++)
    for (int c = 0; c < D; c++) {
      turned[c * N + r] = rows[r * D + c];
      wide[r * D + c] = rows[r * D + c];
    }
  contrastive_tensor inputs[] = {tensor("queries", rows, CONTRASTIVE_F32, shape),
                                 tensor("keys", keys, CONTRASTIVE_F32, shape)};
  contrastive_tensor output = tensor("gradient.queries", gradient, CONTRASTIVE_F32, shape);
  expect(!contrastive_loss("infonce", inputs, 2, &output, 1, NULL, NULL, &expected, NULL), "rows");
  inputs[0].data = turned, inputs[0].strides = columns;
  output.data = strided, output.strides = columns;
  expect(!contrastive_loss("infonce", inputs, 2, &output, 1, NULL, NULL, &loss, NULL) &&
             loss == expected, "columns");
  for (int r = 0; r < N; r++)
    for (int c = 0; c < D; c++)
      expect(strided[c * N + r] == gradient[r * D + c], "a gradient with strides");
  inputs[0] = tensor("queries", wide, CONTRASTIVE_F64, shape);
  expect(!contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) &&
             loss == expected, "double");
  float reversed[N * D];
  for (int r = 0; r < N; r++) memcpy(reversed + (N - 1 - r) * D, rows + r * D, D * sizeof *rows);
  inputs[0] = tensor("queries", reversed + (N - 1) * D, CONTRASTIVE_F32, shape);
  inputs[0].strides = backward;
  expect(!contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, NULL, &loss, NULL) &&
             loss == expected, "backwards");
  free(rows);
  free(keys);
}

static void banks(void) {
  enum { N = 3, D = 4, K = 4 };
  const int64_t shape[] = {N, D}, count[] = {N}, full[] = {K, D}, slots[] = {K};
  float *rows = random_rows(N * D, 3), *keys = random_rows(N * D, 4), copy[K * D];
  int64_t ids[N] = {7, 8, 9}, found[K], steps[K];
  contrastive_bank *bank = contrastive_bank_create(K, D, 0);
  const contrastive_tensor batch = tensor("rows", rows, CONTRASTIVE_F32, shape);
  const contrastive_tensor names = {"ids", ids, CONTRASTIVE_I64, 1, count, NULL};
  contrastive_tensor inputs[] = {batch, tensor("keys", keys, CONTRASTIVE_F32, shape),
                                 {"bank", bank, CONTRASTIVE_BANK, 0, NULL, NULL}};
  inputs[0].name = "queries";
  double loss, copied;
  expect(contrastive_loss("infonce", inputs, 3, NULL, 0, NULL, NULL, &loss, NULL) ==
             CONTRASTIVE_EMPTY, "an empty bank");
  expect(!contrastive_bank_enqueue(bank, &batch, &names, -1), "enqueue");
  expect(!contrastive_bank_enqueue(bank, &batch, &names, 5), "enqueue again");
  contrastive_bank_state state;
  expect(!contrastive_bank_get_state(bank, &state) && state.count == K && state.next == 2 &&
             state.last_step == 5, "a state");
  const contrastive_tensor target = tensor("rows", copy, CONTRASTIVE_F32, full);
  const contrastive_tensor ids_out = {"ids", found, CONTRASTIVE_I64, 1, slots, NULL};
  const contrastive_tensor steps_out = {"steps", steps, CONTRASTIVE_I64, 1, slots, NULL};
  expect(!contrastive_bank_read(bank, &target, &ids_out, &steps_out), "read");
  expect(found[0] == 8 && found[1] == 9 && found[2] == 9 && found[3] == 7, "ids");
  expect(steps[0] == 5 && steps[2] == 0, "steps");
  expect(!contrastive_loss("infonce", inputs, 3, NULL, 0, NULL, NULL, &loss, NULL), "with a bank");
  inputs[2] = target;
  inputs[2].name = "bank";
  expect(!contrastive_loss("infonce", inputs, 3, NULL, 0, NULL, NULL, &copied, NULL) &&
             copied == loss, "with its rows");
  contrastive_bank *other = contrastive_bank_create(K, D, 0);
  expect(!contrastive_bank_restore(other, &target, &ids_out, &steps_out, &state), "restore");
  expect(!contrastive_bank_enqueue(other, &batch, NULL, -1), "and go on");
  contrastive_bank_free(other);
  contrastive_bank_free(bank);
  free(rows);
  free(keys);
}

static int32_t stop(void *context, int32_t pass, double fraction) {
  (void)pass, (void)fraction;
  return ++*(int *)context;
}

static void searches(void) {
  enum { N = 600, D = 16, K = 3 };
  const int64_t shape[] = {N, D}, table[] = {N, K}, means[] = {K, D}, labels[] = {N};
  float *rows = random_rows(N * D, 5), *scores = malloc(N * K * sizeof *scores);
  int32_t *places = malloc(N * K * sizeof *places), *own = malloc(N * sizeof *own);
  float *centers = malloc(K * D * sizeof *centers);
  const contrastive_tensor data = tensor("points", rows, CONTRASTIVE_F32, shape);
  const contrastive_tensor found = tensor("neighbors", places, CONTRASTIVE_I32, table);
  const contrastive_tensor values = tensor("similarities", scores, CONTRASTIVE_F32, table);
  expect(!contrastive_knn(&data, &data, K, 1, &found, &values, NULL), "knn");
  for (int i = 0; i < N; i++) expect(places[i * K] == i && scores[i * K] > 0.999f, "itself first");
  expect(!contrastive_knn_graph(&data, K, 1, &found, NULL, NULL), "graph");
  for (int i = 0; i < N; i++) expect(places[i * K] != i, "no row is its own neighbor");
  expect(contrastive_knn_graph(&data, N, 1, &found, NULL, NULL) != 0, "too many neighbors");
  const contrastive_kmeans_options options = {K, 50, 2, 1, 0, 0};
  const contrastive_tensor centroids = tensor("centroids", centers, CONTRASTIVE_F32, means);
  const contrastive_tensor assigned = {"assignments", own, CONTRASTIVE_I32, 1, labels, NULL};
  contrastive_kmeans_info info;
  expect(!contrastive_kmeans(&data, NULL, &options, &centroids, &assigned, NULL, NULL, &info) &&
             info.objective > 0, "k-means");
  int32_t *again = malloc(N * sizeof *again);
  contrastive_tensor second = assigned;
  second.data = again;
  expect(!contrastive_assign(&data, &centroids, 0, &second, NULL, NULL), "assign");
  if (info.converged) expect(memcmp(own, again, N * sizeof *own) == 0, "the same assignments");
  float *shares = malloc(N * K * sizeof *shares);
  const contrastive_tensor codes = tensor("codes", shares, CONTRASTIVE_F32, table);
  expect(!contrastive_sinkhorn(&values, 0.05f, 3, &codes, NULL) &&
             fabsf(shares[0] + shares[1] + shares[2] - 1) < 1e-5f, "Sinkhorn");
  contrastive_result *result = NULL;
  contrastive_tensor input = data;
  input.name = "embeddings";
  expect(!contrastive_audit(&input, 1, "{\"k\": [5], \"clusters\": [4]}", NULL, &result) &&
             contrastive_result_count(result) > 5 && strstr(contrastive_result_json(result),
             "\"suspected\""), "audit");
  contrastive_tensor first;
  expect(!contrastive_result_tensor(result, 0, &first) && first.shape[0] == N, "a result's tensor");
  expect(contrastive_result_tensor(result, 99, &first) == CONTRASTIVE_BAD_INDEX, "no such tensor");
  contrastive_result_free(result);
  input.name = "test";
  result = NULL;
  expect(!contrastive_evaluate(&input, 1, NULL, NULL, &result) &&
             strstr(contrastive_result_json(result), "\"uniformity\""), "evaluate");
  contrastive_result_free(result);
  free(rows), free(scores), free(places), free(own), free(centers), free(again);
  free(shares);
}

/* Row 2 is row 0 twice as long; document i belongs to query i. */
static void mines(void) {
  enum { N = 5, D = 4 };
  const int64_t shape[] = {N, D}, own[] = {1, 2};
  float rows[N * D] = {1, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 0.8f, 0.6f, 0, 0, 0, 0, 0, 1};
  int64_t pair[] = {0, 3};
  contrastive_result *result = NULL;
  contrastive_tensor found;
  const contrastive_tensor data = tensor("embeddings", rows, CONTRASTIVE_F32, shape);
  expect(!contrastive_duplicates(&data, "{\"threshold\": 0.99}", NULL, &result) &&
             contrastive_result_count(result) == 4 &&
             strstr(contrastive_result_json(result), "\"pairs\""), "duplicates");
  expect(!contrastive_result_tensor(result, 2, &found) && strcmp(found.name, "pairs") == 0 &&
             found.dtype == CONTRASTIVE_I64 && found.shape[0] == 1 && found.shape[1] == 2 &&
             ((int64_t *)found.data)[0] == 0 && ((int64_t *)found.data)[1] == 2, "one pair");
  contrastive_result_free(result);
  expect(contrastive_duplicates(&data, "{\"threshold\": 2}", NULL, &result) ==
             CONTRASTIVE_BAD_OPTION && strcmp(contrastive_error_argument(), "threshold") == 0,
         "a threshold beyond 1");
  expect(contrastive_duplicates(NULL, NULL, NULL, &result) == CONTRASTIVE_BAD_TENSOR, "no rows");
  contrastive_tensor inputs[] = {data, data, {"pairs", pair, CONTRASTIVE_I64, 2, own, NULL}};
  inputs[0].name = "queries", inputs[1].name = "documents";
  result = NULL;
  expect(!contrastive_mine(inputs, 2, "{\"per-query\": 2}", NULL, &result), "mine");
  expect(!contrastive_result_tensor(result, 0, &found) && strcmp(found.name, "negatives") == 0 &&
             found.shape[0] == N && found.shape[1] == 2 && ((int64_t *)found.data)[0] == 3,
         "the most similar that is no duplicate");
  contrastive_result_free(result);
  result = NULL;
  expect(!contrastive_score(inputs, 3, "{\"k\": [1, 3], \"resamples\": 10}", NULL, &result) &&
             strstr(contrastive_result_json(result), "\"mrr_at_3\""), "score");
  contrastive_result_free(result);
  pair[1] = N;
  expect(contrastive_mine(inputs, 3, NULL, NULL, &result) == CONTRASTIVE_BAD_INDEX &&
             strcmp(contrastive_error_argument(), "pairs") == 0, "a document that is not there");
}

/* Documents are the queries turned in a plane, which a head can undo. */
static void adapts(void) {
  enum { N = 200, D = 6 };
  const int64_t shape[] = {N, D};
  float *queries = random_rows(N * D, 9), *documents = random_rows(N * D, 9);
  for (int i = 0; i < N; i++) {
    documents[i * D] = -queries[i * D + 1];
    documents[i * D + 1] = queries[i * D];
  }
  contrastive_tensor inputs[] = {tensor("queries", queries, CONTRASTIVE_F32, shape),
                                 tensor("documents", documents, CONTRASTIVE_F32, shape)};
  const char *options = "{\"epochs\": 5, \"rate\": 0.05, \"head\": \"mlp\", \"hidden\": 3}";
  contrastive_adapter *adapter = NULL, *read = NULL;
  contrastive_result *result = NULL;
  contrastive_tensor held;
  expect(!contrastive_adapt(inputs, 2, options, NULL, &adapter, &result) &&
             strstr(contrastive_result_json(result), "\"after\"") &&
             strstr(contrastive_result_json(result), "\"epochs\""), "adapt");
  expect(!contrastive_result_tensor(result, 0, &held) && strcmp(held.name, "held-out") == 0 &&
             held.shape[0] == N / 10, "pairs held out");
  contrastive_adapter_info info;
  expect(!contrastive_adapter_get_info(adapter, &info) && info.dimension == D &&
             info.hidden == 3 && info.sides == 0, "what it is made of");
  char path[] = "/tmp/contrastive-XXXXXX";
  const int file = mkstemp(path);
  float found[2][N * D];
  contrastive_tensor adapted = tensor("adapted", found[0], CONTRASTIVE_F32, shape);
  expect(!contrastive_adapter_apply(adapter, &inputs[0], 0, &adapted, NULL), "apply");
  expect(file >= 0 && !contrastive_adapter_write(adapter, path) &&
             !contrastive_adapter_read(path, &read), "write and read");
  adapted.data = found[1];
  expect(!contrastive_adapter_apply(read, &inputs[0], 0, &adapted, NULL) &&
             memcmp(found[0], found[1], sizeof found[0]) == 0, "the same after reading");
  expect(!contrastive_adapter_apply(read, &inputs[1], 1, &adapted, NULL) &&
             fabsf(found[1][0] * 2) <= 2, "documents are normalized");
  expect(contrastive_adapter_apply(read, &inputs[0], 2, &adapted, NULL) == CONTRASTIVE_BAD_OPTION,
         "a side that is none");
  expect(contrastive_adapter_apply(NULL, &inputs[0], 0, &adapted, NULL) == CONTRASTIVE_BAD_TENSOR,
         "no adapter");
  contrastive_adapter_free(read);
  contrastive_adapter_free(adapter);
  contrastive_adapter_free(NULL);
  contrastive_result_free(result);
  close(file), unlink(path);
  expect(contrastive_adapter_read(path, &read) == CONTRASTIVE_BAD_FILE &&
             strcmp(contrastive_error_argument(), path) == 0, "a file that is not there");
  expect(contrastive_adapt(inputs, 2, "{\"loss\": \"infonse\"}", NULL, &adapter, NULL) ==
             CONTRASTIVE_BAD_OPTION && strcmp(contrastive_error_argument(), "loss") == 0,
         "a loss that is none");
  expect(contrastive_adapt(inputs, 1, "{\"positives\": \"neighbors\", \"sides\": \"both\"}", NULL,
                           &adapter, NULL) == CONTRASTIVE_BAD_OPTION &&
             strcmp(contrastive_error_argument(), "sides") == 0, "one set with two heads");
  expect(contrastive_adapt(inputs, 2, NULL, NULL, NULL, NULL) == CONTRASTIVE_BAD_TENSOR,
         "nowhere to put an adapter");
  int calls = 0;
  const contrastive_control control = {1, stop, &calls, NULL};
  contrastive_status status = 0;
  for (int i = 0; i < 100 && !calls; i++) {
    adapter = NULL;
    status = contrastive_adapt(
        inputs, 2, "{\"epochs\": 2000, \"patience\": 2000}", &control, &adapter, NULL);
    contrastive_adapter_free(adapter);
  }
  expect(calls == 1 && status == CONTRASTIVE_CANCELED, "a training ends when its caller says so");
  free(queries), free(documents);
}

static void cancels(void) {
  enum { N = 20000, D = 64, K = 1 };
  const int64_t shape[] = {N, D}, table[] = {N, K};
  float *rows = random_rows(N * D, 6);
  int64_t *places = malloc(N * K * sizeof *places);
  int calls = 0;
  const contrastive_control control = {1, stop, &calls, NULL};
  const contrastive_tensor data = tensor("embeddings", rows, CONTRASTIVE_F32, shape);
  const contrastive_tensor found = tensor("neighbors", places, CONTRASTIVE_I64, table);
  contrastive_status status = 0;
  for (int i = 0; i < 100 && !calls; i++)
    status = contrastive_knn_graph(&data, K, 0, &found, NULL, &control);
  expect(calls == 1 && status == CONTRASTIVE_CANCELED, "a call ends when its caller says so");
  free(rows), free(places);
}

static double one_loss(int threads) {
  enum { N = 300, D = 32 };
  const int64_t shape[] = {N, D};
  float *rows = random_rows(N * D, 7), *keys = random_rows(N * D, 8);
  const contrastive_tensor inputs[] = {tensor("queries", rows, CONTRASTIVE_F32, shape),
                                       tensor("keys", keys, CONTRASTIVE_F32, shape)};
  const contrastive_control control = {threads, NULL, NULL, NULL};
  double loss = NAN;
  expect(!contrastive_loss("infonce", inputs, 2, NULL, 0, NULL, &control, &loss, NULL), "a loss");
  free(rows), free(keys);
  return loss;
}

static void *in_thread(void *expected) {
  for (int i = 0; i < 5; i++)
    expect(one_loss(0) == *(double *)expected, "the same bits from several threads");
  return NULL;
}

static void threads(void) {
  double expected = one_loss(1);
  for (int count = 2; count < 5; count++)
    expect(one_loss(count) == expected, "the same bits for any number of threads");
  pthread_t ids[3];
  for (int i = 0; i < 3; i++) pthread_create(&ids[i], NULL, in_thread, &expected);
  for (int i = 0; i < 3; i++) pthread_join(ids[i], NULL);
  const pid_t child = fork();
  if (child == 0) {
    alarm(600);
    const int isSame = one_loss(0) == expected && one_loss(2) == expected;
    /* What the parent's threads held is lost in a child, which valgrind would count at its exit. */
    execlp(isSame ? "true" : "false", "", (char *)NULL);
    _exit(2);
  }
  int status = 1;
  waitpid(child, &status, 0);
  expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the same bits in a forked child");
}

int main(void) {
  expect(contrastive_abi_version() == CONTRASTIVE_ABI_VERSION, "the binary interface");
  expect(strlen(contrastive_version()) > 0, "a version");
  expect(strcmp(contrastive_error_message(), "") == 0, "no message before a failure");
  errors();
  layouts();
  banks();
  searches();
  mines();
  adapts();
  cancels();
  threads();
  printf("%d failures\n", failures);
  return failures != 0;
}
