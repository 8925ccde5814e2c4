import ArgumentParser
import Contrastive
import ContrastiveCalls
import ContrastiveFiles

/// `contrastive duplicates`.
struct DuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates",
    abstract: "Find all pairs of near duplicates, the groups they form, and what to keep.",
    discussion: """
      Compares every row with every other by cosine, each pair once: products of codes or in \
      Float32 rule pairs out with a margin that covers their rounding, Double decides the others. \
      Embeddings are .npy, a safetensors file with one tensor, or file:tensor, numbers \
      [n,dimension].

      The output holds pairs I64 [m,2], i < j, sorted, of a cosine of at least --threshold; \
      similarities F32 [m]; groups I64 [n], the lowest row of each row's connected component; kept \
      U8 [n], 1 for one row of each group: the first, or with --keep central the one nearest to \
      the mean of the group's unit rows. The CSV has a line for each pair: first, second, \
      similarity, group.

      More pairs than --memory has room for (24 bytes each) are counted and refused.

      With --keep-fraction, SemDeDup (Abbas et al. 2023) chooses what to keep instead: rows are \
      clustered (--clusters, spherical k-means), each row is compared with those of its cluster \
      that are farther from the centroid, and the rows with the largest such cosine are dropped \
      until the fraction is left. The output then holds kept U8 [n], similarities F32 [n] (that \
      largest cosine, -1 without one) and clusters I64 [n].

      Example:
        contrastive duplicates --input x.npy --threshold 0.95 --output d.safetensors
      """)

  @Option(name: .shortAndLong, help: "Embeddings.")
  var input: String

  @Option(help: "Least cosine of a pair. (default: 0.95)")
  var threshold: Double?

  @Option(help: "Which row of a group is kept: first or central.")
  var keep: Duplicates.Representative = .first

  @Option(help: "SemDeDup: the share of the rows to keep, above 0 and at most 1.")
  var keepFraction: Double?

  @Option(help: "SemDeDup: number of clusters. (default: about 1,000 rows each)")
  var clusters: Int?

  @Option(help: "SemDeDup: random seed of the clustering. (default: 0)")
  var seed: UInt64?

  @Option(name: .shortAndLong, help: "Safetensors file to write, \(OutputFile.help)")
  var output: String

  @Option(help: "CSV file of the pairs to write.")
  var csv: String?

  @OptionGroup var memory: MemoryOptions
  @OptionGroup var parallel: ParallelOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let file = try OutputFile(output, format: .safetensors, inputs: [input])
    let table = try csv.map {
      try OutputFile($0, format: .csv, inputs: [input], option: "csv", besides: file)
    }
    let display = PassDisplay("comparing")
    let workers = display.reporting(try parallel.workers)
    if let keepFraction {
      guard threshold == nil, csv == nil, keep == .first else {
        throw ValidationError(
          "--keep-fraction stands alone: --threshold, --keep and --csv belong to pairs")
      }
      let rule = try SemanticDeduplication(
        keepFraction: keepFraction, clusters: clusters, seed: seed ?? 0)
      let rows = try memory.matrix(path: input)
      let (result, seconds) = try timed {
        try rule.run(rows, argument: input, workers: workers)
      }
      display.finish()
      try file.write(SemanticSummary.tensors(result))
      return try report.print(SemanticSummary(result, seconds: seconds), beside: file)
    }
    try requireNone(clusters.map { "\($0)" }, named: "clusters", without: "--keep-fraction")
    try requireNone(seed.map { "\($0)" }, named: "seed", without: "--keep-fraction")
    let threshold = threshold ?? 0.95
    try Duplicates.require(threshold)
    let rows = try memory.matrix(path: input)
    let (found, seconds) = try timed {
      try Duplicates(
        of: rows, threshold: threshold, keeping: keep,
        maxPairs: memory.bytes.map { $0 / 24 } ?? 1 << 28, memory: memory.bytes.map { $0 / 4 },
        argument: input, workers: workers)
    }
    display.finish()
    try file.write(DuplicatesSummary.tensors(found))
    try table?.write { line throws(ContrastiveError) in
      try line("first,second,similarity,group")
      for pair in found.pairs {
        try line(
          "\(pair.first),\(pair.second),\(pair.similarity),\(found.groups[Int(pair.first)])")
      }
    }
    try report.print(
      DuplicatesSummary(found, threshold: threshold, seconds: seconds), beside: file, table)
  }
}

extension Duplicates.Representative: ExpressibleByArgument {}

extension DuplicatesSummary: Report {
  var lines: [String] {
    [
      "\(rows) rows: \(pairs) pairs of a cosine of at least \(threshold), \(groups) groups of at "
        + "most \(largest)",
      "kept \(kept), duplicates of those \(rows - kept) (\(fixed(seconds, 3)) s)",
    ]
  }
}

extension SemanticSummary: Report {
  var lines: [String] {
    [
      "\(rows) rows in \(clusters) clusters: kept \(kept); what was dropped has a cosine of at "
        + "least \(fixed(threshold, 4)) with a row of its cluster (\(fixed(seconds, 3)) s)"
    ]
  }
}
