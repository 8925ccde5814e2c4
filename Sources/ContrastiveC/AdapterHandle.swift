public import CContrastive
import Contrastive
import ContrastiveTraining

/// An adapter that C holds.
final class AdapterHandle: Sendable {
  private let adapter: Adapter

  init(_ adapter: Adapter) { self.adapter = adapter }

  /// Hands itself to C, which frees it.
  func handOut(to place: UnsafeMutablePointer<OpaquePointer?>) {
    place.pointee = OpaquePointer(Unmanaged.passRetained(self).toOpaque())
  }

  fileprivate static func require(_ handle: OpaquePointer?) throws(TensorFailure) -> Adapter {
    let handle = UnsafeRawPointer(try required(handle, named: "adapter"))
    return Unmanaged<AdapterHandle>.fromOpaque(handle).takeUnretainedValue().adapter
  }
}

/// Reads an adapter.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_adapter_read(
  _ path: UnsafePointer<CChar>!, _ adapter: UnsafeMutablePointer<OpaquePointer?>!
) -> contrastive_status {
  attempt(ofFiles: CONTRASTIVE_BAD_FILE) {
    let place = try required(adapter, named: "adapter")
    AdapterHandle(try AdapterFile(path: required(text(path), named: "path")).adapter)
      .handOut(to: place)
  }
}

/// Saves an adapter.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_adapter_write(
  _ adapter: OpaquePointer!, _ path: UnsafePointer<CChar>!
) -> contrastive_status {
  attempt(ofFiles: CONTRASTIVE_BAD_FILE) {
    try AdapterFile(AdapterHandle.require(adapter)).write(to: required(text(path), named: "path"))
  }
}

/// What an adapter is made of.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_adapter_get_info(
  _ adapter: OpaquePointer!, _ info: UnsafeMutablePointer<contrastive_adapter_info>!
) -> contrastive_status {
  attempt {
    let adapter = try AdapterHandle.require(adapter)
    try required(info, named: "info").pointee = contrastive_adapter_info(
      dimension: Int64(adapter.dimension), hidden: Int64(adapter.queries.hidden),
      sides: adapter.sides.code)
  }
}

/// Adapts rows of one side.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_adapter_apply(
  _ adapter: OpaquePointer!, _ rows: UnsafePointer<contrastive_tensor>!, _ side: Int32,
  _ adapted: UnsafePointer<contrastive_tensor>!, _ control: UnsafePointer<contrastive_control>!
) -> contrastive_status {
  attempt {
    let adapter = try AdapterHandle.require(adapter)
    guard 0...1 ~= side else {
      throw ContrastiveError.parameter(name: "side", found: "\(side)", expected: "0 or 1")
    }
    let rows = try CallerTensor(required: rows, name: "rows").matrix
    let output = try CallerTensor(required: adapted, name: "adapted")
    try output.requireOutput(shape: [rows.rows, adapter.dimension], [.float32, .float64])
    output.write(
      try adapter.apply(
        to: rows, side: side == 0 ? .queries : .documents, argument: "rows",
        workers: Workers(control).unshared()))
  }
}

/// Frees an adapter.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_adapter_free(_ adapter: OpaquePointer!) {
  guard let adapter = adapter as OpaquePointer? else { return }
  Unmanaged<AdapterHandle>.fromOpaque(UnsafeRawPointer(adapter)).release()
}

extension Adapter.Sides {
  fileprivate var code: Int32 {
    switch self {
    case .queries: 0
    case .both: 1
    case .shared: 2
    }
  }
}

/// What the caller must give.
func required<Value>(_ value: Value?, named name: String) throws(TensorFailure) -> Value {
  guard let value else { throw TensorFailure(argument: name, problem: "found NULL") }
  return value
}
