import ContrastiveKernels

/// The products of 16-bit codes for an instruction set; all give the same bits.
package struct ShortProduct: Equatable, @unchecked Sendable {  // a constant table of C functions
  let table: UnsafePointer<ContrastiveShortProduct>

  /// Every one this processor has, the fastest first.
  package static let available: [ShortProduct] = CodeProduct.available.compactMap {
    contrastive_short_product_named($0.name).map(ShortProduct.init(table:))
  }

  /// The fastest this processor has.
  package static let best = available[0]

  /// `portable`, `avx2`, `avxvnni`, `avx512vnni` or `amx`.
  package var name: String { String(cString: table.pointee.name) }

  /// Units of 32 bits from one row of codes to the next.
  func stride(dimension: Int) -> Int {
    table.pointee.multiple / 2 * pieces(dimension, table.pointee.multiple)
  }

  /// Encodes rows of `count` elements side by side.
  func encode(
    _ rows: Int, _ values: UnsafePointer<Float>, count: Int,
    into codes: UnsafeMutablePointer<Int32>, stride: Int,
    _ found: UnsafeMutablePointer<ContrastiveShortRow>
  ) {
    table.pointee.encode(rows, values, count, count, codes, stride, found)
  }
}
