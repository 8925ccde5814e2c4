import Contrastive
import _TestSupport

extension APIFuzzTests {
  static let values: [(String, Call)] = [
    (
      "Matrix",
      {
        _ = try Matrix(
          rows: $0.count(), columns: $0.count(), values: [Float](repeating: 1, count: $0.size()))
      }
    ),
    (
      "Matrix of rows",
      { draw in
        _ = try Matrix((0..<draw.size()).map { _ in [Float](repeating: 1, count: draw.size()) })
      }
    ),
    ("normalized", { _ = try $0.matrix().normalized(zeroRows: $0.bool() ? .keep : .refuse) }),
    (
      "backward",
      { draw in
        let unit = try draw.matrix().normalized(zeroRows: .keep)
        _ = try unit.backward(
          draw.bool() ? draw.matrix() : draw.matrix(unit.rows.rows, unit.rows.columns))
      }
    ),
    ("HalfMatrix", { _ = try HalfMatrix(rounding: $0.matrix()) }),
    (
      "SelectionMask",
      { draw in
        _ = try SelectionMask(
          rows: draw.count(), columns: draw.count(),
          values: draw.integers(draw.size(), below: 2).map { UInt8(truncatingIfNeeded: $0) })
      }
    ),
    ("Workers", { _ = try Workers(count: $0.count()) }),
    (
      "scratch",
      { draw in
        let shape = draw.shape()
        _ = InfoNCE.self
        _ = try InfoNCE(temperature: 1, symmetric: draw.bool()).scratchBytes(
          for: shape, workers: draw.workers)
        _ = try NTXent().scratchBytes(for: shape, workers: draw.workers)
        _ = try SupCon().scratchBytes(for: shape, workers: draw.workers)
        _ = try SwAV().scratchBytes(for: shape, workers: draw.workers)
        _ = try SCE().scratchBytes(for: shape, workers: draw.workers)
        _ = try FNC(search: FalseNegatives()).scratchBytes(for: shape, workers: draw.workers)
        _ = try InvP().scratchBytes(for: shape, workers: draw.workers)
        _ = try SigLIP().scratchBytes(for: shape, workers: draw.workers)
        _ = try CNS(ring: Ring()).scratchBytes(for: shape, workers: draw.workers)
        _ = try ReSSL().scratchBytes(for: shape, workers: draw.workers)
      }
    ),
  ]
}
