import ContrastiveCore
import Foundation

/// Processes of a group as threads of this one, which send each other copies.
///
/// Every exchange checks that a message has the length that its receiver expects.
public final class ThreadedProcess: ProcessGroup, @unchecked Sendable {
  /// Its place.
  public let rank: Int
  /// How many there are.
  public let size: Int
  private let mailbox: Mailbox

  private init(rank: Int, size: Int, mailbox: Mailbox) {
    self.rank = rank
    self.size = size
    self.mailbox = mailbox
  }

  /// What `body` returns in each of some processes, in their order.
  ///
  /// - Parameters:
  ///   - size: number of processes.
  ///   - body: run by each on a thread of its own.
  /// - Returns: what it returned, or threw.
  public static func run<Value: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (ThreadedProcess) throws -> Value
  ) -> [Result<Value, any Error>] {
    let mailbox = Mailbox()
    let results = Results<Result<Value, any Error>>(count: size)
    let group = DispatchGroup()
    for rank in 0..<size {
      group.enter()
      let thread = Thread {
        let process = ThreadedProcess(rank: rank, size: size, mailbox: mailbox)
        results[rank] = Result { try body(process) }
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return results.all
  }

  /// Sends and receives copies.
  public func exchange(sending: [OutgoingMessage], receiving: [IncomingMessage]) {
    for message in sending {
      precondition(message.rank != rank && !message.bytes.isEmpty)
      mailbox.put(Array(message.bytes), from: rank, to: message.rank)
    }
    for message in receiving {
      let bytes = mailbox.take(from: message.rank, to: rank)
      precondition(bytes.count == message.bytes.count, "a message of another length")
      message.bytes.copyBytes(from: bytes)
    }
  }

  /// Messages on their way, in the order they were sent in.
  private final class Mailbox: @unchecked Sendable {
    private let condition = NSCondition()
    private var messages: [String: [[UInt8]]] = [:]

    func put(_ bytes: [UInt8], from: Int, to: Int) {
      condition.lock()
      messages["\(from)-\(to)", default: []].append(bytes)
      condition.broadcast()
      condition.unlock()
    }

    func take(from: Int, to: Int) -> [UInt8] {
      condition.lock()
      defer { condition.unlock() }
      let end = Date(timeIntervalSinceNow: 300)
      while messages["\(from)-\(to)", default: []].isEmpty {
        precondition(condition.wait(until: end), "process \(to) waits for \(from) in vain")
      }
      return messages["\(from)-\(to)", default: []].removeFirst()
    }
  }

  /// A result for each thread.
  private final class Results<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Value?]

    init(count: Int) { values = [Value?](repeating: nil, count: count) }

    subscript(rank: Int) -> Value? {
      get { lock.withLock { values[rank] } }
      set { lock.withLock { values[rank] = newValue } }
    }

    var all: [Value] { values.compactMap(\.self) }
  }
}
