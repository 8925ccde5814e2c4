/* InfoNCE with a bank, and the gradient for the queries:
   cc infonce.c $(pkg-config --cflags --libs contrastive) */
#include <contrastive.h>
#include <stdio.h>

enum { N = 2, K = 3, D = 4 };

int main(void) {
  float queries[N][D] = {{1, 0, 0, 0}, {0, 1, 0, 0}}, keys[N][D] = {{1, 0, 0, 0}, {0, 1, 0, 0}};
  float bank[K][D] = {{0, 0, 1, 0}, {0, 0, 0, 1}, {0, 1, 0, 0}}, gradient[N][D];
  const int64_t rows[] = {N, D}, columns[] = {K, D};
  const contrastive_tensor inputs[] = {{"queries", queries, CONTRASTIVE_F32, 2, rows, NULL},
                                       {"keys", keys, CONTRASTIVE_F32, 2, rows, NULL},
                                       {"bank", bank, CONTRASTIVE_F32, 2, columns, NULL}};
  const contrastive_tensor output = {"gradient.queries", gradient, CONTRASTIVE_F32, 2, rows, NULL};
  double loss;
  if (contrastive_loss("infonce", inputs, 3, &output, 1, "{\"temperature\": 0.5}", NULL, &loss,
                       NULL) != CONTRASTIVE_OK) {
    fprintf(stderr, "%s\n", contrastive_error_message());
    return 1;
  }
  printf("loss %.6f, gradient of query 0: %.4f %.4f %.4f %.4f\n", loss, gradient[0][0],
         gradient[0][1], gradient[0][2], gradient[0][3]);
  return 0;
}
