public import CContrastive
import Contrastive
import ContrastiveTensors
import Synchronization

/// A bank that several threads may reach: each sees it before or after a write.
final class BankHandle: Sendable {
  private let bank: Mutex<QueueBank>

  init(_ bank: QueueBank) { self.bank = Mutex(bank) }

  /// The bank as it is now, without a copy of its rows.
  var snapshot: QueueBank { bank.withLock { $0 } }

  /// Changes the bank.
  func update(
    _ change: (inout QueueBank) throws(ContrastiveError) -> Void
  ) throws(ContrastiveError) {
    try bank.withLock { bank throws(ContrastiveError) in try change(&bank) }
  }

  static func at(_ handle: OpaquePointer) -> BankHandle {
    Unmanaged.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
  }

  fileprivate static func require(_ handle: OpaquePointer?) throws(TensorFailure) -> BankHandle {
    at(try required(handle, named: "bank"))
  }
}

/// An empty bank.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_bank_create(
  _ capacity: Int64, _ dimension: Int64, _ half: Int32
) -> OpaquePointer! {
  var handle: OpaquePointer?
  _ = attempt {
    let bank = try QueueBank(
      capacity: Int(capacity), dimension: Int(dimension), precision: half == 0 ? .single : .half)
    handle = OpaquePointer(Unmanaged.passRetained(BankHandle(bank)).toOpaque())
  }
  return handle
}

/// Frees a bank.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_bank_free(_ bank: OpaquePointer!) {
  guard let bank = bank as OpaquePointer? else { return }
  Unmanaged<BankHandle>.fromOpaque(UnsafeRawPointer(bank)).release()
}

/// Writes rows over the oldest ones.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_bank_enqueue(
  _ bank: OpaquePointer!, _ rows: UnsafePointer<contrastive_tensor>!,
  _ ids: UnsafePointer<contrastive_tensor>!, _ step: Int64
) -> contrastive_status {
  attempt {
    let handle = try BankHandle.require(bank)
    let rows = try CallerTensor(required: rows, name: "rows").matrix
    let ids = try CallerTensor(optional: ids, name: "ids")?.integers
    guard step >= -1 else {
      throw ContrastiveError.parameter(name: "step", found: "\(step)", expected: "-1 or more")
    }
    try handle.update { bank throws(ContrastiveError) in
      do throws(ContrastiveError) {
        try bank.enqueue(rows, ids: ids, step: step < 0 ? nil : Int(step))
      } catch {
        throw error.naming(["embeddings": "rows"])
      }
    }
  }
}

/// How full a bank is.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_bank_get_state(
  _ bank: OpaquePointer!, _ state: UnsafeMutablePointer<contrastive_bank_state>!
) -> contrastive_status {
  attempt {
    let target = try required(state, named: "state")
    let now = try BankHandle.require(bank).snapshot
    target.pointee = contrastive_bank_state(
      capacity: Int64(now.capacity), dimension: Int64(now.dimension), count: Int64(now.count),
      next: Int64(now.nextSlot), last_step: Int64(now.lastStep))
  }
}

/// Copies out what a bank holds.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_bank_read(
  _ bank: OpaquePointer!, _ rows: UnsafePointer<contrastive_tensor>!,
  _ ids: UnsafePointer<contrastive_tensor>!, _ steps: UnsafePointer<contrastive_tensor>!
) -> contrastive_status {
  attempt {
    let now = try BankHandle.require(bank).snapshot
    if let rows = try CallerTensor(optional: rows, name: "rows") {
      try rows.requireOutput(shape: [now.count, now.dimension], [.float32, .float64])
      rows.write(now.rows)
    }
    for (output, name, values) in [(ids, "ids", now.slots.ids), (steps, "steps", now.slots.steps)] {
      guard let output = try CallerTensor(optional: output, name: name) else { continue }
      try output.requireOutput(shape: [now.count], [.int64, .int32])
      output.write(Array(values.prefix(now.count)))
    }
  }
}

/// Puts back what was read.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_bank_restore(
  _ bank: OpaquePointer!, _ rows: UnsafePointer<contrastive_tensor>!,
  _ ids: UnsafePointer<contrastive_tensor>!, _ steps: UnsafePointer<contrastive_tensor>!,
  _ state: UnsafePointer<contrastive_bank_state>!
) -> contrastive_status {
  attempt {
    let saved = try required(state, named: "state").pointee
    let handle = try BankHandle.require(bank)
    let rows = try CallerTensor(required: rows, name: "rows").matrix
    let ids = try CallerTensor(required: ids, name: "ids").integers
    let steps = try CallerTensor(required: steps, name: "steps").integers
    try handle.update { bank throws(ContrastiveError) in
      try bank.restore(rows: rows, ids: ids, steps: steps, state: saved)
    }
  }
}

extension QueueBank {
  fileprivate mutating func restore(
    rows: Matrix, ids: [Int], steps: [Int], state: contrastive_bank_state
  ) throws(ContrastiveError) {
    guard state.capacity == capacity, state.dimension == dimension, rows.columns == dimension,
      rows.rows == Int(state.count), rows.rows <= capacity
    else {
      throw .shape(
        argument: "rows", found: rows.shape,
        expected: "[count × dimension] of a bank of \(capacity) rows of \(dimension)")
    }
    for (name, values) in [("ids", ids), ("steps", steps)] where values.count != rows.rows {
      throw .shape(argument: name, found: "[\(values.count)]", expected: "[\(rows.rows)]")
    }
    let empty = capacity - rows.rows
    let none = [Int](repeating: -1, count: empty)
    let values = Array(rows.values) + [Float](repeating: 0, count: empty * dimension)
    let elements: BankSlots.Elements =
      switch slots.elements {
      case .single: .single(values)
      case .half:
        .half(
          try HalfMatrix(rounding: Matrix(rows: capacity, columns: dimension, sharing: values))
            .storage)
      }
    self = try QueueBank(
      slots: BankSlots(
        dimension: dimension, elements: elements, ids: ids + none,
        labels: [Int](repeating: -1, count: capacity), steps: steps + none),
      nextSlot: Int(state.next), lastStep: Int(state.last_step))
  }
}

extension CallerTensor {
  /// A tensor that must be there.
  init(required description: UnsafePointer<contrastive_tensor>?, name: String) throws {
    try self.init(required(description, named: name).pointee, name: name)
  }

  /// A tensor that may be NULL.
  init?(optional description: UnsafePointer<contrastive_tensor>?, name: String) throws {
    guard let description else { return nil }
    try self.init(description.pointee, name: name)
  }
}
