public import CContrastive
import CLibrary
import ContrastiveCore
import ContrastiveTensors

/// Named tensors and a report, in memory that C can look at as long as the handle lives.
final class ResultHandle {
  private let report: UnsafeMutablePointer<CChar>?
  private let entries: [Entry]

  private struct Entry {
    let name: UnsafeMutablePointer<CChar>?
    let shape: UnsafeMutablePointer<Int64>
    let memory: UnsafeMutableRawPointer
    let type: Tensor.ElementType
    let rank: Int32
  }

  /// - Parameters:
  ///   - report: what the call says of itself.
  ///   - tensors: what it gives.
  init(report: JSONValue, tensors: [String: Tensor] = [:]) {
    self.report = strdup(report.jsonText)
    entries = tensors.sorted { $0.key < $1.key }.map { name, tensor in
      let shape = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, tensor.shape.count))
      for (axis, length) in tensor.shape.enumerated() {
        (shape + axis).initialize(to: Int64(length))
      }
      let bytes = max(1, tensor.elements.count * tensor.type.width)
      let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      tensor.elements.withUnsafeBytes { source in
        if let base = source.baseAddress {
          memory.copyMemory(from: base, byteCount: source.count)
        }
      }
      return Entry(
        name: strdup(name), shape: shape, memory: memory, type: tensor.type,
        rank: Int32(tensor.shape.count))
    }
  }

  deinit {
    free(report)
    for entry in entries {
      free(entry.name)
      entry.shape.deallocate()
      entry.memory.deallocate()
    }
  }

  /// Hands itself to C, which frees it.
  func handOut(to place: UnsafeMutablePointer<OpaquePointer?>?) {
    place?.pointee = OpaquePointer(Unmanaged.passRetained(self).toOpaque())
  }

  fileprivate static func at(_ handle: OpaquePointer?) -> ResultHandle? {
    handle.map { Unmanaged.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }

  fileprivate static func text(of handle: OpaquePointer?) -> UnsafePointer<CChar> {
    at(handle)?.report.map { UnsafePointer($0) } ?? Constant.empty.text
  }

  fileprivate static func count(of handle: OpaquePointer?) -> Int { at(handle)?.entries.count ?? 0 }

  fileprivate func describe(_ place: Int) throws(ContrastiveError) -> contrastive_tensor {
    guard entries.indices ~= place else {
      throw .index(
        argument: "place", position: 0, found: "\(place)", expected: "0 ..< \(entries.count)")
    }
    let entry = entries[place]
    return contrastive_tensor(
      name: entry.name, data: entry.memory, dtype: entry.type.code, rank: entry.rank,
      shape: entry.shape, strides: nil)
  }
}

/// A result's report.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_result_json(_ result: OpaquePointer!) -> UnsafePointer<CChar>! {
  ResultHandle.text(of: result)
}

/// How many tensors a result has.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_result_count(_ result: OpaquePointer!) -> Int {
  ResultHandle.count(of: result)
}

/// A tensor of a result.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_result_tensor(
  _ result: OpaquePointer!, _ place: Int, _ tensor: UnsafeMutablePointer<contrastive_tensor>!
) -> contrastive_status {
  attempt {
    guard let handle = ResultHandle.at(result) else {
      throw TensorFailure(argument: "result", problem: "found NULL")
    }
    let target = try required(tensor, named: "tensor")
    target.pointee = try handle.describe(place)
  }
}

/// Frees a result.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_result_free(_ result: OpaquePointer!) {
  guard let result = result as OpaquePointer? else { return }
  Unmanaged<ResultHandle>.fromOpaque(UnsafeRawPointer(result)).release()
}
