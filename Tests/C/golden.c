/* The golden cases through contrastive.h: golden FILE... */
#define _POSIX_C_SOURCE 200809L
#include <contrastive.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 32, MOST_AXES = 8 };

typedef struct {
  char name[64];
  char type[8];
  int64_t shape[MOST_AXES];
  int rank;
  size_t start, end;
} entry;

static int dtype(const char *type) {
  static const struct { const char *name; int code; } types[] = {
      {"F32", CONTRASTIVE_F32}, {"F64", CONTRASTIVE_F64}, {"F16", CONTRASTIVE_F16},
      {"I64", CONTRASTIVE_I64}, {"U8", CONTRASTIVE_U8}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (strcmp(types[i].name, type) == 0) return types[i].code;
  fprintf(stderr, "type %s\n", type);
  exit(2);
}

/* Copies the text between quotation marks that follows a key. */
static void text_after(const char *json, const char *key, char *target, size_t size) {
  const char *at = strstr(json, key);
  target[0] = 0;
  if (!at) return;
  at = strchr(at + strlen(key), '"') + 1;
  const size_t length = strcspn(at, "\"");
  snprintf(target, size, "%.*s", (int)length, at);
}

static int entries(char *json, entry *found) {
  int count = 0;
  for (char *at = json; (at = strstr(at, "\"dtype\"")); at++) {
    entry *e = &found[count++];
    if (count > MOST) exit(2);
    char *brace = at;
    while (*brace != '{') brace--;
    char *end = brace - 1;
    while (*end != '"') end--;
    char *start = end - 1;
    while (*start != '"') start--;
    snprintf(e->name, sizeof e->name, "%.*s", (int)(end - start - 1), start + 1);
    text_after(at, "\"dtype\":", e->type, sizeof e->type);
    char *number = strchr(strstr(at, "\"shape\""), '[') + 1;
    for (e->rank = 0; *number != ']'; e->rank++) {
      e->shape[e->rank] = strtoll(number, &number, 10);
      if (*number == ',') number++;
    }
    number = strchr(strstr(at, "\"data_offsets\""), '[') + 1;
    e->start = strtoull(number, &number, 10);
    e->end = strtoull(number + 1, NULL, 10);
  }
  return count;
}

/* "--a 1 --b --c word" as {"a": 1, "b": true, "c": "word"}. */
static void options(const char *arguments, char *json) {
  char words[512], *word, *rest;
  snprintf(words, sizeof words, "%s", arguments);
  char *to = json + sprintf(json, "{");
  int pending = 0, first = 1;
  for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
    if (strncmp(word, "--", 2) == 0) {
      if (pending) to += sprintf(to, "true");
      to += sprintf(to, "%s\"%s\": ", first ? "" : ", ", word + 2);
      pending = 1, first = 0;
    } else {
      char *end;
      strtod(word, &end);
      to += sprintf(to, *end ? "\"%s\"" : "%s", word);
      pending = 0;
    }
  }
  sprintf(to, pending ? "true}" : "}");
}

/* The largest difference, relative to the largest expected value. */
static double worst(const double *found, const double *expected, size_t count) {
  double difference = 0, scale = 0;
  for (size_t i = 0; i < count; i++) {
    difference = fmax(difference, fabs(found[i] - expected[i]));
    scale = fmax(scale, fabs(expected[i]));
  }
  return difference / fmax(scale, 1e-300);
}

static int check(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return perror(path), 1;
  uint64_t length;
  if (fread(&length, 8, 1, file) != 1) return 1;
  char *json = calloc(length + 1, 1);
  if (fread(json, 1, length, file) != length) return 1;
  entry found[MOST];
  char method[32], arguments[512], given[1024];
  text_after(json, "\"method\":", method, sizeof method);
  text_after(json, "\"arguments\":", arguments, sizeof arguments);
  options(arguments, given);
  const int count = entries(json, found);
  size_t size = 0;
  for (int i = 0; i < count; i++) size = found[i].end > size ? found[i].end : size;
  char *data = malloc(size);
  if (fread(data, 1, size, file) != size) return 1;
  fclose(file);

  contrastive_tensor inputs[MOST], outputs[MOST];
  const double *expected[MOST], *loss = NULL;
  int input_count = 0, output_count = 0, failures = 0;
  for (int i = 0; i < count; i++) {
    entry *e = &found[i];
    contrastive_tensor tensor = {e->name, data + e->start, dtype(e->type), e->rank, e->shape, NULL};
    if (strcmp(e->name, "expected.loss") == 0) {
      loss = (const double *)tensor.data;
    } else if (strncmp(e->name, "expected.", 9) == 0) {
      expected[output_count] = (const double *)tensor.data;
      tensor.name = e->name + 9;
      tensor.data = malloc(e->end - e->start);
      outputs[output_count++] = tensor;
    } else {
      inputs[input_count++] = tensor;
    }
  }
  double value = 0;
  contrastive_result *result = NULL;
  const contrastive_status status = contrastive_loss(
      method, inputs, (size_t)input_count, outputs, (size_t)output_count, given, NULL, &value,
      &result);
  if (status != CONTRASTIVE_OK) {
    printf("%s: %s\n", path, contrastive_error_message());
    return 1;
  }
  if (!(fabs(value - *loss) <= 2e-5 * fmax(1e-300, fabs(*loss)))) {
    printf("%s: loss %.9g, expected %.9g\n", path, value, *loss);
    failures++;
  }
  for (int i = 0; i < output_count; i++) {
    size_t elements = 1;
    for (int axis = 0; axis < outputs[i].rank; axis++) elements *= (size_t)outputs[i].shape[axis];
    const double error = worst(outputs[i].data, expected[i], elements);
    if (!(error <= 1e-4)) {
      printf("%s: %s off by %.3g\n", path, outputs[i].name, error);
      failures++;
    }
    free(outputs[i].data);
  }
  if (!strstr(contrastive_result_json(result), "\"parameters\"")) failures++;
  contrastive_result_free(result);
  free(data);
  free(json);
  return failures;
}

int main(int argc, char **argv) {
  int failures = 0;
  for (int i = 1; i < argc; i++) failures += check(argv[i]);
  printf("%d golden cases, %d failures\n", argc - 1, failures);
  return failures != 0;
}
