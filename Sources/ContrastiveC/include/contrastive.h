/*
 * contrastive.h: contrastive learning on CPUs, for C and whatever speaks C.
 *
 * Embeddings in, loss and exact gradients out, never holding the matrix of a batch and a bank.
 *
 *   Status      Functions that can fail return a contrastive_status: 0 when done. The message of
 *               the calling thread's last failure is contrastive_error_message(); it names the
 *               argument, what was found and what was wanted. After a failure no output is
 *               complete: its memory may have been written to in part. Nothing aborts or prints,
 *               and no exception leaves the library.
 *   Ownership   The caller owns all memory that it passes, inputs and outputs, and may free or
 *               change it when the call returns; nothing is kept. A contrastive_bank,
 *               contrastive_adapter or contrastive_result that a function hands out belongs to the
 *               caller, who frees it.
 *               Text and tensors got from a result live as long as it does.
 *   Threads     Every function may be called by several threads at once. A bank may be read by
 *               several threads while another writes: each call sees it before or after a write.
 *               A call shares its work among threads of the library's own; their number never
 *               changes a bit of the result.
 *   fork        In a child process that did not exec, the library works: its threads are made
 *               anew. Banks and results are the child's own copies.
 *   Tensors     Float32 in C order (row-major, no gaps) is read where it is. Any other type or
 *               strides are read through a copy. Input and output must not overlap.
 *   Numbers     Float32 in and out; sums, losses and counts in double. NaN, infinity and, where
 *               rows are not normalized, elements beyond 1e18 are refused by row and column.
 */
#ifndef CONTRASTIVE_H
#define CONTRASTIVE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What this header describes. It changes when a program built with an older one would break. */
#define CONTRASTIVE_ABI_VERSION 2

/* CONTRASTIVE_ABI_VERSION of the library at run time: compare it before the first other call. */
int32_t contrastive_abi_version(void);

/* The version of the library as text, such as "0.2.0"; static. */
const char *contrastive_version(void);

/* ---- errors ---------------------------------------------------------------------------------- */

enum {
  CONTRASTIVE_OK = 0,
  CONTRASTIVE_BAD_OPTION = 1,    /* an option outside its range, or unknown */
  CONTRASTIVE_BAD_SHAPE = 2,     /* a shape that does not fit */
  CONTRASTIVE_BAD_TYPE = 3,      /* elements of a type that does not fit */
  CONTRASTIVE_EMPTY = 4,         /* no rows where at least one is needed */
  CONTRASTIVE_NOT_FINITE = 5,    /* NaN or infinity, or a number beyond 1e18 */
  CONTRASTIVE_ZERO_ROW = 6,      /* a row of zeros that was to be normalized */
  CONTRASTIVE_BAD_INDEX = 7,     /* an index or a label outside its range */
  CONTRASTIVE_BAD_TENSOR = 8,    /* a tensor that is missing, unused, twice there, or NULL */
  CONTRASTIVE_BAD_MACHINE = 9,   /* a BLAS that does not do what the library relies on */
  CONTRASTIVE_CANCELED = 10,     /* the progress function said stop */
  CONTRASTIVE_BAD_FILE = 11      /* a file that cannot be read or written */
};
typedef int32_t contrastive_status;

/* One line about the calling thread's last failure, or "". Valid until its next failure. */
const char *contrastive_error_message(void);

/* The tensor or option that the failure is about, or "". Valid as the message. */
const char *contrastive_error_argument(void);

/* ---- tensors --------------------------------------------------------------------------------- */

enum {
  CONTRASTIVE_F32 = 0,  /* float */
  CONTRASTIVE_F64 = 1,  /* double */
  CONTRASTIVE_F16 = 2,  /* IEEE binary16, as bits */
  CONTRASTIVE_BF16 = 3, /* bfloat16, as bits */
  CONTRASTIVE_I8 = 4,
  CONTRASTIVE_I16 = 5,
  CONTRASTIVE_I32 = 6,
  CONTRASTIVE_I64 = 7,
  CONTRASTIVE_U8 = 8,
  CONTRASTIVE_U16 = 9,
  CONTRASTIVE_U32 = 10,
  CONTRASTIVE_U64 = 11,
  CONTRASTIVE_BOOL = 12,  /* a byte each: 0 is false */
  CONTRASTIVE_BANK = 100  /* data is a contrastive_bank, not copied; for contrastive_loss */
};

typedef struct {
  const char *name;       /* UTF-8, for messages and for functions that take tensors by name */
  void *data;             /* the first element; an input is not written to */
  int32_t dtype;          /* CONTRASTIVE_F32, ... */
  int32_t rank;           /* number of axes, 0 to 64 */
  const int64_t *shape;   /* rank lengths, each 0 or more; NULL when rank is 0 */
  const int64_t *strides; /* rank distances between neighbors in elements, of any sign;
                             NULL for C order */
} contrastive_tensor;

/* ---- control --------------------------------------------------------------------------------- */

/*
 * Called about 20 times a second during long work, by one thread at a time, which may be one of the
 * library's: pass counts the passes over the data from 1 on, of a training its epochs, fraction is
 * the share of it that is done. Returning anything but 0 ends the work within a few milliseconds
 * with CONTRASTIVE_CANCELED.
 */
typedef int32_t (*contrastive_progress)(void *context, int32_t pass, double fraction);

/* Bytes for another process, which stay as they are, or room for exactly the bytes of one. */
typedef struct {
  int32_t rank; /* of the other process */
  void *bytes;
  size_t count;
} contrastive_message;

/*
 * Sends some messages and receives others; returns when all have been sent and have arrived.
 * Messages between two processes arrive in the order they were sent in. Called by one thread at a
 * time, which may be one of the library's. It must not fail: where another process is gone, end the
 * job.
 */
typedef void (*contrastive_exchange)(
    void *context, const contrastive_message *sending, size_t sending_count,
    const contrastive_message *receiving, size_t receiving_count);

/*
 * Processes that work on a call together, such as those of an MPI communicator. Each makes the same
 * calls, in the same order, with the same inputs and options; each gets the whole result, which has
 * the same bytes as without a group. contrastive_loss, _knn, _knn_graph, _kmeans, _duplicates,
 * _mine, _score and _adapt share their work; the others refuse a group of more than one process.
 * A call that one process alone refuses leaves the others waiting for its messages.
 */
typedef struct {
  int32_t rank; /* this process's place, 0 to size - 1 */
  int32_t size; /* how many there are */
  contrastive_exchange exchange;
  void *context; /* handed to exchange */
} contrastive_group;

typedef struct {
  int32_t threads;                /* 1 to 1024; 0 for one for each processor */
  contrastive_progress progress;  /* or NULL */
  void *context;                  /* handed to progress */
  const contrastive_group *group; /* or NULL for this process alone */
} contrastive_control;            /* wherever it is taken, NULL means { 0, NULL, NULL, NULL } */

/* ---- results --------------------------------------------------------------------------------- */

/* Named tensors and a report, for what has no size that is known before. */
typedef struct contrastive_result contrastive_result;

/* The report: one JSON object. */
const char *contrastive_result_json(const contrastive_result *result);

/* How many tensors there are. */
size_t contrastive_result_count(const contrastive_result *result);

/* A tensor by its place, in C order. Its memory is the result's, not to be written to. */
contrastive_status contrastive_result_tensor(
    const contrastive_result *result, size_t place, contrastive_tensor *tensor);

/* Frees a result; NULL is allowed. */
void contrastive_result_free(contrastive_result *result);

/* ---- objectives ------------------------------------------------------------------------------ */

/*
 * An objective and its exact gradients.
 *
 *   method    "infonce", "nt-xent", "supcon", "instdisc", "simsiam", "byol", "swav", "protonce",
 *             "hcsc", "looc", "fnc", "invp", "hcl", "dcl", "mochi", "cns", "ressl", "sce",
 *             "siglip", "decoupled". Tensors, options and defaults are those of the command
 *             `contrastive loss`, which `contrastive loss METHOD --help` lists.
 *   inputs    tensors by name: embeddings of any floating type, indices and labels whole numbers,
 *             masks 0 or 1. A tensor that the method and its options do not use is refused.
 *   outputs   memory for "gradient.NAME", of the shape of input NAME, F32 or F64; of a scalar
 *             ("gradient.temperature", "gradient.bias") one F64. What is not listed is not
 *             computed. May be NULL when there are none.
 *   options   a JSON object or NULL: the method's options without their dashes
 *             ({"temperature": 0.07, "target-temperature": 0.04}), "normalize" (true or false),
 *             "zero-rows" ("refuse", or "keep": where rows are normalized, zeros stay zeros), and
 *             "precision" ("float32", or "int16" with the report's "error_bound").
 *   value     the loss.
 *   result    NULL, or where to put a result: tensor "losses" F64 (one for each row, whose mean is
 *             the loss; absent where the value is no mean of rows) and the report: method, form,
 *             loss, parameters, tensors, gradients, selected.
 *
 * Memory: the gradients, and scratch that does not depend on the length of the bank; with the
 * precision int16 also 2 bytes for each element of queries, keys and bank.
 */
contrastive_status contrastive_loss(
    const char *method, const contrastive_tensor *inputs, size_t input_count,
    const contrastive_tensor *outputs, size_t output_count, const char *options,
    const contrastive_control *control, double *value, contrastive_result **result);

/* ---- memory banks ---------------------------------------------------------------------------- */

/* The newest embeddings, each of unit length: a first-in, first-out queue (MoCo). */
typedef struct contrastive_bank contrastive_bank;

/* An empty bank; half keeps rows as IEEE binary16. NULL on failure. */
contrastive_bank *contrastive_bank_create(int64_t capacity, int64_t dimension, int32_t half);

/* Frees a bank; NULL is allowed. */
void contrastive_bank_free(contrastive_bank *bank);

/*
 * Writes rows over the oldest ones, each divided by its norm; all or none.
 *
 *   rows      [n, dimension]
 *   ids       I64 [n], the sample of each row, 0 or more; or NULL
 *   step      when this is, not before the last write; -1 for one after it
 */
contrastive_status contrastive_bank_enqueue(
    contrastive_bank *bank, const contrastive_tensor *rows, const contrastive_tensor *ids,
    int64_t step);

typedef struct {
  int64_t capacity;
  int64_t dimension;
  int64_t count;     /* rows that are written */
  int64_t next;      /* the slot the next row goes to */
  int64_t last_step; /* the step of the last write, -1 before the first */
} contrastive_bank_state;

contrastive_status contrastive_bank_get_state(
    const contrastive_bank *bank, contrastive_bank_state *state);

/*
 * Copies out what is in the slots that are written, the first state.count of them: rows
 * [count, dimension], ids I64 [count] (-1 where unknown), steps I64 [count]. Each may be NULL.
 */
contrastive_status contrastive_bank_read(
    const contrastive_bank *bank, const contrastive_tensor *rows, const contrastive_tensor *ids,
    const contrastive_tensor *steps);

/* Puts back what contrastive_bank_read and contrastive_bank_get_state gave. */
contrastive_status contrastive_bank_restore(
    contrastive_bank *bank, const contrastive_tensor *rows, const contrastive_tensor *ids,
    const contrastive_tensor *steps, const contrastive_bank_state *state);

/* ---- neighbors ------------------------------------------------------------------------------- */

/*
 * The k most similar bank rows of each query, exactly: similarity descending, then index ascending.
 *
 *   queries, bank   [n, dimension], [m, dimension]
 *   normalize       0: inner product; 1: cosine; 2: cosine, of rows of zeros 0 with every other
 *   neighbors       I64 or I32 [n, k], k at most m
 *   similarities    F32 or F64 [n, k], or NULL
 */
contrastive_status contrastive_knn(
    const contrastive_tensor *queries, const contrastive_tensor *bank, int64_t k,
    int32_t normalize, const contrastive_tensor *neighbors, const contrastive_tensor *similarities,
    const contrastive_control *control);

/* The same among the rows of one set, each pair computed once; no row is its own neighbor. */
contrastive_status contrastive_knn_graph(
    const contrastive_tensor *embeddings, int64_t k, int32_t normalize,
    const contrastive_tensor *neighbors, const contrastive_tensor *similarities,
    const contrastive_control *control);

/* ---- prototypes ------------------------------------------------------------------------------ */

typedef struct {
  int64_t clusters;   /* at most the number of distinct points */
  int64_t iterations; /* most iterations, 0 or more */
  int64_t restarts;   /* runs from different seeds, of which the best is kept; 1 or more */
  uint64_t seed;
  int32_t spherical;  /* 1: unit points and centroids, the largest dot product is nearest */
  int32_t zero_rows;  /* spherical: 0 refuses points of zeros; 1: they move no centroid */
} contrastive_kmeans_options;

typedef struct {
  double objective;   /* sum of squared distances of the points to their centroids */
  int64_t iterations; /* done */
  int32_t converged;  /* 1 when the last one changed nothing */
  int32_t restart;    /* which of them is kept, from 0 */
} contrastive_kmeans_info;

/*
 * Exact k-means (Lloyd's iteration, k-means++ seeds).
 *
 *   points       [n, dimension]
 *   initial      [clusters, dimension], or NULL for k-means++
 *   centroids    F32 or F64 [clusters, dimension]
 *   assignments  I64 or I32 [n]: of the nearest centroid, the lowest on a tie; or NULL
 *   concentrations  F32 or F64 [clusters] (Li et al. 2021), of mean 0.2; or NULL
 *   info         or NULL
 */
contrastive_status contrastive_kmeans(
    const contrastive_tensor *points, const contrastive_tensor *initial,
    const contrastive_kmeans_options *options, const contrastive_tensor *centroids,
    const contrastive_tensor *assignments, const contrastive_tensor *concentrations,
    const contrastive_control *control, contrastive_kmeans_info *info);

/*
 * The nearest centroid of each point, such as a new one: assignments I64 or I32 [n], the lowest on
 * a tie, and squared_distances F32 or F64 [n], or NULL. Spherical as in the options above.
 */
contrastive_status contrastive_assign(
    const contrastive_tensor *points, const contrastive_tensor *centroids, int32_t spherical,
    const contrastive_tensor *assignments, const contrastive_tensor *squared_distances,
    const contrastive_control *control);

/* Sinkhorn-Knopp codes [rows, prototypes] of scores of that shape (Caron et al. 2020). */
contrastive_status contrastive_sinkhorn(
    const contrastive_tensor *scores, float epsilon, int64_t iterations,
    const contrastive_tensor *codes, const contrastive_control *control);

/* ---- measures -------------------------------------------------------------------------------- */

/*
 * Measures of a representation, as `contrastive evaluate`.
 *
 *   inputs    "test" [n, dimension]; as far as they exist "test-labels" [n], "train",
 *             "train-labels" and "test-views"
 *   options   a JSON object or NULL: "measures" (a list), "k", "temperature", "ridge-penalty",
 *             "logistic-penalty", "clusters", "graph-neighbors", "seed", "zero-rows"
 *   result    a report, no tensors
 */
contrastive_status contrastive_evaluate(
    const contrastive_tensor *inputs, size_t input_count, const char *options,
    const contrastive_control *control, contrastive_result **result);

/*
 * False negatives in a set of embeddings, and how much they weigh, as `contrastive audit`.
 *
 *   inputs    "embeddings" [n, dimension]; "labels" [n] and "support.0", "support.1", ... of the
 *             shape of embeddings, as far as they exist
 *   options   a JSON object or NULL: "k" and "clusters" (lists), "temperature", "threshold",
 *             "seed", "zero-rows"
 *   result    a report; tensors "candidates" I64 [n, k], "confidence" F32 [n, k] and the evidence,
 *             "suspected" U8 [n, k], "gradient_shares" F32 [n]
 */
contrastive_status contrastive_audit(
    const contrastive_tensor *inputs, size_t input_count, const char *options,
    const contrastive_control *control, contrastive_result **result);

/* ---- mining ---------------------------------------------------------------------------------- */

/*
 * The near duplicates of a set, as `contrastive duplicates`: all pairs of a cosine of at least the
 * threshold, which double decides, the groups they form, and one row of each group to keep.
 *
 *   embeddings  [n, dimension]
 *   options     a JSON object or NULL: "threshold" (0.95), "keep" ("first", or "central": nearest
 *               to the group's mean), "max-pairs" (2^28; more are counted and refused); or, for
 *               SemDeDup (Abbas et al. 2023), "keep-fraction", "clusters", "seed"
 *   result      a report; tensors "pairs" I64 [m, 2], i < j, ascending, "similarities" F32 [m],
 *               "groups" I64 [n], the lowest row of each row's group, and "kept" U8 [n]. Of
 *               SemDeDup "kept", "similarities" F32 [n] and "clusters" I64 [n]
 */
contrastive_status contrastive_duplicates(
    const contrastive_tensor *embeddings, const char *options, const contrastive_control *control,
    contrastive_result **result);

/*
 * Hard negatives that are probably no false ones, as `contrastive mine`: of each query's most
 * similar documents those that are not its own and less similar than its own by a share.
 *
 *   inputs    "queries" [n, dimension], "documents" [m, dimension]; "pairs" I64 [p, 2], query row
 *             and document row that belong together, where it is not row i and row i
 *   options   a JSON object or NULL: "per-query" (8), "candidates" (100), "below" (0.95),
 *             "skip-top" (0), "margin", "max-similarity", "min-similarity", "evidence" (false),
 *             "seed"
 *   result    a report; tensors "negatives" I64 [n, per-query], most similar first, -1 where there
 *             are too few, "similarities" F32, 0 there, and with evidence "evidence" F32: how
 *             likely each is a false one, by an audit of the documents
 */
contrastive_status contrastive_mine(
    const contrastive_tensor *inputs, size_t input_count, const char *options,
    const contrastive_control *control, contrastive_result **result);

/*
 * How well a search by cosine finds what belongs to its queries, as `contrastive score`: recall,
 * precision, mrr, map and ndcg at each k as trec_eval has them, each mean with its bootstrap
 * interval.
 *
 *   inputs    "queries" and "documents"; "pairs" as above, or [p, 3] with a grade;
 *             "against-queries" and "against-documents" (those of the first where absent) of a
 *             second system
 *   options   a JSON object or NULL: "k" ([1, 5, 10, 100]), "gain" ("linear" or "exponential"),
 *             "resamples" (2000), "confidence" (0.95), "seed"
 *   result    a report; tensors "queries" I64, those that are scored, and each measure, such as
 *             "ndcg_at_10", F64, one number for each of them
 */
contrastive_status contrastive_score(
    const contrastive_tensor *inputs, size_t input_count, const char *options,
    const contrastive_control *control, contrastive_result **result);

/* ---- heads on frozen embeddings -------------------------------------------------------------- */

/*
 * Trained heads for embeddings of queries and of documents. A row is divided by its norm, goes
 * through the head of its side, and is divided by its norm again; a side without a head by its norm
 * alone. The inner product of two adapted rows is their cosine.
 */
typedef struct contrastive_adapter contrastive_adapter;

/*
 * Trains heads from pairs of a query and a document, as `contrastive adapt`. They start as the
 * identity; pairs are split by query into those that are trained on, those that decide which epoch
 * is kept, and those held out.
 *
 *   inputs    "queries" [n, dimension], "documents" [m, dimension]; "pairs" I64 [p, 2] as above
 *   options   a JSON object or NULL: "head" ("linear" or "mlp"), "hidden", "sides" ("queries",
 *             "both" or "shared"), "loss" ("infonce", "clip", "ntxent", "hcl", "dcl", "decoupled",
 *             "fnc" or "siglip"), "temperature" (0.05), "bias" (-10), "epochs" (20), "batch-size"
 *             (1024; 0 for all pairs at once), "rate" (0.001), "weight-decay" (1), "holdout" (0.1),
 *             "validation" (0.1), "patience" (5), "hard-negatives" (0) with "candidates" (100),
 *             "below" (0.95) and "skip-top" (0), "all-documents" (false), "noise" (0), "dropout"
 *             (0), "seed" (0), and what chooses negatives in contrastive_loss
 *             ("false-negatives-top", "ring", "mix", "beta", "tau-plus", ...; of hcl "beta" is 1
 *             and of both hcl and dcl "tau-plus" 0.1 where they are not named; a step of training
 *             adds its number to "ring-step" and "mix-step"). An option without what it belongs to
 *             is refused, such as "hidden" without the mlp. "positives":
 *             "neighbors" (with "neighbors", 5; "sides" is "shared") or "clusters" (with
 *             "clusters") makes the pairs of "queries" alone
 *   adapter   where to put the adapter of the best epoch
 *   result    NULL, or where to put a result: tensor "held-out" I64, the numbers of the pairs held
 *             out, and the report: "before" and "after", their measures by the rows as they were
 *             and adapted, each against all documents, and "epochs"
 *
 * The same inputs and options give the same adapter as the command, for any number of threads.
 */
contrastive_status contrastive_adapt(
    const contrastive_tensor *inputs, size_t input_count, const char *options,
    const contrastive_control *control, contrastive_adapter **adapter,
    contrastive_result **result);

/* Reads the adapter.safetensors of a run, or writes one; the folder must exist. */
contrastive_status contrastive_adapter_read(const char *path, contrastive_adapter **adapter);
contrastive_status contrastive_adapter_write(const contrastive_adapter *adapter, const char *path);

typedef struct {
  int64_t dimension; /* of the embeddings */
  int64_t hidden;    /* units between the two layers of an mlp, 0 of a linear head */
  int32_t sides;     /* 0: a head for queries; 1: one for each side; 2: one for both */
} contrastive_adapter_info;

contrastive_status contrastive_adapter_get_info(
    const contrastive_adapter *adapter, contrastive_adapter_info *info);

/* Adapts rows [n, dimension] of queries (side 0) or documents (1) into adapted, F32 or F64. */
contrastive_status contrastive_adapter_apply(
    const contrastive_adapter *adapter, const contrastive_tensor *rows, int32_t side,
    const contrastive_tensor *adapted, const contrastive_control *control);

/* Frees an adapter; NULL is allowed. */
void contrastive_adapter_free(contrastive_adapter *adapter);

#ifdef __cplusplus
}
#endif
#endif
