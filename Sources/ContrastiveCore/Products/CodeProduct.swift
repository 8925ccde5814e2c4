import ContrastiveKernels

/// The product of codes for an instruction set; all give the same integers of the same codes.
package struct CodeProduct: @unchecked Sendable {  // a constant table of C functions
  let table: UnsafePointer<ContrastiveCodeProduct>

  /// The fastest this processor has.
  package static let best = available[0]

  /// Every one this processor has, the portable one last.
  package static let available =
    (["amx", "avx512vnni", "avxvnni", "avx2", "portable"] as [String]).compactMap { name in
      contrastive_code_product_named(name).map(CodeProduct.init(table:))
    }

  /// `portable`, `avx2`, `avxvnni`, `avx512vnni` or `amx`.
  package var name: String { String(cString: table.pointee.name) }

  /// Bits of a code: 8, or 16 for want of an instruction for 8.
  var codeBits: Int { 32 / table.pointee.codes }

  /// Whether it is done by vector instructions.
  var isVectorized: Bool { name != "portable" }

  /// The largest code that every product has room for.
  static let largestOfEight = 127

  /// The largest code that the product has room for.
  var largestCode: Int { codeBits == 8 ? Self.largestOfEight : 32_000 }

  /// Units of 32 bits that a row's codes take, whole steps of them.
  package func units(dimension: Int) -> Int {
    let step = table.pointee.step
    return pieces(pieces(dimension, table.pointee.codes), step) * step
  }

  /// Rows that are multiplied at once.
  var height: Int { table.pointee.height }

  /// Columns that are multiplied at once.
  var width: Int { table.pointee.width }

  /// Units of some packed rows.
  package func packedRows(_ rows: Int, units: Int) -> Int {
    pieces(rows, table.pointee.height) * table.pointee.height * units
  }

  /// Units of some packed columns.
  package func packedColumns(_ columns: Int, units: Int) -> Int {
    pieces(columns, table.pointee.width) * table.pointee.width * (units + 1)
  }

  /// Copies some packed rows, which become those of another operand.
  func gather(
    _ rows: UnsafePointer<UInt32>, count: Int, of packed: UnsafePointer<Int32>, units: Int,
    into other: UnsafeMutablePointer<Int32>
  ) {
    let (height, step) = (table.pointee.height, table.pointee.step)
    func start(_ row: Int) -> Int { row / height * height * units + row % height * step }
    for index in 0..<count {
      let (from, to) = (packed + start(Int(rows[index])), other + start(index))
      for unit in stride(from: 0, to: units, by: step) {
        (to + unit * height).update(from: from + unit * height, count: step)
      }
    }
  }

  /// The exact dot products of the codes of some rows and columns, row-major.
  package func multiply(_ rows: CodedRows, _ columns: CodedRows) -> [Int32] {
    let units = rows.units
    let (left, right) = (
      PackedCodes(rows: rows, for: self), PackedCodes(columns: columns, for: self)
    )
    var product = [Int32](repeating: 0, count: rows.count * columns.count)
    table.pointee.multiply(
      rows.count, columns.count, units, left.base, right.base, &product, columns.count)
    return product
  }

  /// What is wrong with the fastest one, if anything is: it is then not used.
  package static let faultOfBest = best.fault

  /// Compares the integers of a few small products, and the pairs they find, with those of the
  /// portable one.
  private var fault: String? {
    guard isVectorized, let portable = Self.available.last else { return nil }
    var random = CounterRandom(seed: 1)
    for (rows, columns, dimension) in [(1, 1, 1), (13, 37, 67), (24, 33, 128)] {
      let zero = [Float](repeating: 0, count: dimension)
      let sides = [rows, columns].map { count in
        (0..<(count * dimension)).map { _ in random.uniform(-1, 1) }
      }
      let offsets = [rows, columns].map { count in (0..<count).map { _ in random.uniform(-1, 1) } }
      func products(_ product: CodeProduct) -> (integers: [Int32], pairs: [Pair]) {
        let coded = sides.map { side in
          side.withSharedMemory {
            CodedRows(
              $0, rows: 0..<(side.count / dimension), center: zero, other: zero, for: product,
              largestCode: Self.largestOfEight, workers: .one)
          }
        }
        let (rowSide, columnSide) = (
          Side(offsets: offsets[0], thresholds: offsets[0].map { $0 + 4 }),
          Side(offsets: offsets[1], thresholds: offsets[1].map { $0 + 5 })
        )
        return (
          product.multiply(coded[0], coded[1]),
          product.pairs(coded[0], coded[1], rowSide, columnSide)
        )
      }
      let (own, expected) = (products(self), products(portable))
      let (integers, sums) = (own.integers, expected.integers)
      if let place = integers.indices.first(where: { integers[$0] != sums[$0] }) {
        return "the \(name) product of codes [\(rows) × \(dimension)] · [\(dimension) × "
          + "\(columns)] has \(integers[place]) at row \(place / columns), column "
          + "\(place % columns), expected \(sums[place])"
      }
      if own.pairs != expected.pairs {
        return "the \(name) product of codes [\(rows) × \(dimension)] · [\(dimension) × "
          + "\(columns)] finds \(own.pairs.count) pairs, expected \(expected.pairs.count), or "
          + "other values"
      }
    }
    return nil
  }
}
