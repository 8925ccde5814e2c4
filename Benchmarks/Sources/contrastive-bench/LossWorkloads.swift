import Contrastive

extension Workload {
  /// Value and query gradient of 256 queries against a bank of 65,536 rows.
  ///
  /// Two products; where the keys have a distribution over the bank, too, four.
  static func bankLoss(_ name: Name, threads: Int) throws -> Workload {
    let (rows, bankRows, dimension) = (256, 65_536, 128)
    let queries = try unitRows(rows, dimension, seed: 1)
    let keys = try unitRows(rows, dimension, seed: 2)
    let bank = try unitRows(bankRows, dimension, seed: 3)
    let workers = try Workers(count: threads)
    let stacked = name == .infonceBank ? rows : 2 * rows
    let (infoNCE, sce, ressl) = (try InfoNCE(), try SCE(), try ReSSL())
    return loss(
      name, shape: "\(rows)x\(bankRows)x\(dimension)", threads: threads,
      products: [
        Product(rows: stacked, columns: bankRows, depth: dimension, threads: threads),
        Product(rows: stacked, columns: dimension, depth: bankRows, threads: threads),
      ]
    ) {
      switch name {
      case .sce:
        try sce.evaluate(queries: queries, keys: keys, bank: bank, workers: workers).loss
      case .ressl:
        try ressl.evaluate(queries: queries, keys: keys, bank: bank, workers: workers).loss
      default:
        try infoNCE.evaluate(queries: queries, keys: keys, bank: bank, workers: workers).loss
      }
    }
  }

  /// Value and gradients of objectives over a batch.
  static func batchLoss(_ name: Name, threads: Int) throws -> Workload {
    let workers = try Workers(count: threads)
    let dimension = 128
    func square(_ rows: Int, _ count: Int) -> [Product] {
      [Product](
        repeating: Product(rows: rows, columns: rows, depth: dimension, threads: threads),
        count: count)
    }
    func pair(_ images: Int) throws -> (Matrix, Matrix) {
      (try unitRows(images, dimension, seed: 1), try unitRows(images, dimension, seed: 2))
    }
    switch name {
    case .infonceBatch:
      let (queries, keys) = try pair(16_384)
      let objective = try InfoNCE()
      return loss(
        name, shape: "16384x16384x\(dimension)", threads: threads, products: square(16_384, 4)
      ) {
        try objective.evaluate(
          queries: queries, keys: keys, gradients: [.queries, .keys], workers: workers
        ).loss
      }
    case .supcon:
      let rows = try unitRows(8_192, dimension, seed: 1)
      let labels = (0..<8_192).map { $0 * 7 % 10 }
      let objective = try SupCon()
      return loss(name, shape: "8192x\(dimension)", threads: threads, products: square(8_192, 2)) {
        try objective.evaluate(embeddings: rows, labels: labels, workers: workers).loss
      }
    case .hcl:
      let (view1, view2) = try pair(1_024)
      let objective = try HCL()
      return loss(name, shape: "2048x\(dimension)", threads: threads, products: square(2_048, 2)) {
        try objective.evaluate(view1: view1, view2: view2, workers: workers).loss
      }
    case .fnc:
      let rows = try unitRows(8 * 512, dimension, seed: 1)
      let objective = try FNC(search: FalseNegatives())
      return loss(name, shape: "8x512x\(dimension)", threads: threads, products: square(4_096, 2)) {
        try objective.evaluate(embeddings: rows, views: 8, workers: workers).loss
      }
    case .swav:
      let views = try unitRows(2 * 1_024, dimension, seed: 1)
      let prototypes = try unitRows(3_000, dimension, seed: 2)
      let objective = try SwAV()
      let product = Product(rows: 2_048, columns: 3_000, depth: dimension, threads: threads)
      return loss(
        name, shape: "2x1024x3000x\(dimension)", threads: threads,
        products: [product, product, product]
      ) {
        try objective.evaluate(
          views: views, count: 2, prototypes: prototypes, workers: workers
        ).loss
      }
    default:
      let (view1, view2) = try pair(4_096)
      let objective = try NTXent()
      return loss(name, shape: "8192x\(dimension)", threads: threads, products: square(8_192, 2)) {
        try objective.evaluate(view1: view1, view2: view2, workers: workers).loss
      }
    }
  }

  private static func loss(
    _ name: Name, shape: String, threads: Int, products: [Product],
    _ evaluate: @escaping () throws -> Double
  ) -> Workload {
    Workload(
      name: name, shape: shape, threads: threads,
      operations: products.reduce(0) { $0 + $1.operations },
      sgemm: { for product in products { product.run() } },
      run: {
        let value = try evaluate()
        precondition(value.isFinite)
      })
  }
}
