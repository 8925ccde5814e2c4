internal import CContrastive
import ContrastiveCore

/// Processes that work on a call together, whose messages the caller carries.
///
/// The caller says that they may be sent and received by any thread, one at a time.
final class CallerGroup: ProcessGroup, @unchecked Sendable {
  let rank: Int
  let size: Int
  private let function: contrastive_exchange
  private let context: UnsafeMutableRawPointer?

  init(_ group: contrastive_group) throws(ContrastiveError) {
    guard group.size >= 1, 0..<group.size ~= group.rank else {
      throw .parameter(
        name: "group", found: "process \(group.rank) of \(group.size)",
        expected: "a rank from 0 to below the size")
    }
    guard let function = group.exchange else {
      throw .parameter(
        name: "group", found: "no exchange", expected: "a function that carries messages")
    }
    (rank, size) = (Int(group.rank), Int(group.size))
    self.function = function
    context = group.context
  }

  func exchange(sending: [OutgoingMessage], receiving: [IncomingMessage]) {
    let outgoing = sending.map {
      contrastive_message(
        rank: Int32($0.rank), bytes: UnsafeMutableRawPointer(mutating: $0.bytes.baseAddress),
        count: $0.bytes.count)
    }
    let incoming = receiving.map {
      contrastive_message(
        rank: Int32($0.rank), bytes: $0.bytes.baseAddress, count: $0.bytes.count)
    }
    function(context, outgoing, outgoing.count, incoming, incoming.count)
  }
}

extension Workers {
  /// These workers, for a call that does not share its work among processes.
  func unshared() throws(ContrastiveError) -> Workers {
    guard let group = processes else { return self }
    throw .parameter(
      name: "group", found: "\(group.size) processes",
      expected: "one, as this call does not share its work")
  }
}
