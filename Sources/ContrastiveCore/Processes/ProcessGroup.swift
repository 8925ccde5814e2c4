/// Processes that work on one call together, as the ranks of an MPI job do.
///
/// Every process makes the same calls with the same inputs. A call cuts its work by the problem
/// alone, as for threads; each process computes a run of the pieces, and what they give is
/// exchanged and put together in the problem's order. So the result has the same bits in every
/// process, for any number of them, and as without a group.
///
/// Messages between two processes arrive in the order they were sent in. An exchange does not fail:
/// where another process is gone, or silent for longer than the group waits, the group ends the
/// job.
public protocol ProcessGroup: AnyObject, Sendable {
  /// This process's place, 0 ..< size.
  var rank: Int { get }
  /// Number of processes, at least 1.
  var size: Int { get }

  /// Sends some messages and receives others; returns when all have been sent and have arrived.
  ///
  /// - Parameters:
  ///   - sending: messages to other processes.
  ///   - receiving: where messages of other processes go, each as long as it was sent.
  func exchange(sending: [OutgoingMessage], receiving: [IncomingMessage])
}

/// Bytes for another process.
public struct OutgoingMessage: @unchecked Sendable {
  /// Whom they are for.
  public let rank: Int
  /// The bytes, which stay unchanged until the exchange returns.
  public let bytes: UnsafeRawBufferPointer

  /// Bytes for a process.
  package init(to rank: Int, _ bytes: UnsafeRawBufferPointer) {
    self.rank = rank
    self.bytes = bytes
  }
}

/// Where the bytes of another process go.
public struct IncomingMessage: @unchecked Sendable {
  /// Who sends them.
  public let rank: Int
  /// Room for exactly these bytes.
  public let bytes: UnsafeMutableRawBufferPointer

  /// Room for bytes of a process.
  package init(from rank: Int, _ bytes: UnsafeMutableRawBufferPointer) {
    self.rank = rank
    self.bytes = bytes
  }
}

extension ProcessGroup {
  /// The pieces of a process: a run of consecutive ones, as many as any other's or one more or
  /// less.
  package func share(of pieces: Int, rank: Int) -> Range<Int> {
    (rank * pieces / size)..<((rank + 1) * pieces / size)
  }

  /// The pieces of this process.
  package func share(of pieces: Int) -> Range<Int> { share(of: pieces, rank: rank) }

  /// Which process has a piece.
  package func owner(of piece: Int, of pieces: Int) -> Int {
    ((piece + 1) * size - 1) / pieces
  }

  /// Gives every process the parts of all: part r of the memory is the one of process r.
  ///
  /// Parts travel around the ring, each process passing on what it has just received: size − 1
  /// steps, in each of which it sends one part.
  package func gather(_ memory: UnsafeMutableRawBufferPointer, parts: [Range<Int>]) {
    guard size > 1 else { return }
    let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)
    for step in 0..<(size - 1) {
      let own = parts[(rank + size - step) % size]
      let other = parts[(rank + 2 * size - step - 1) % size]
      exchange(
        sending: own.isEmpty
          ? [] : [OutgoingMessage(to: next, UnsafeRawBufferPointer(rebasing: memory[own]))],
        receiving: other.isEmpty
          ? []
          : [
            IncomingMessage(from: previous, UnsafeMutableRawBufferPointer(rebasing: memory[other]))
          ])
    }
  }

  /// Gives every process the elements of all: run r of the elements is the one of process r.
  package func gather<Element: BitwiseCopyable>(
    _ memory: SharedMemory<Element>, runs: [Range<Int>]
  ) {
    let stride = MemoryLayout<Element>.stride
    gather(
      UnsafeMutableRawBufferPointer(start: memory.base, count: memory.count * stride),
      parts: runs.map { ($0.lowerBound * stride)..<($0.upperBound * stride) })
  }

  /// Adds up the numbers of all processes, place by place, in every process.
  ///
  /// Each process adds up a part of the places and gives the sums to all.
  package func addUp(_ memory: SharedMemory<Int64>) {
    guard size > 1 else { return }
    let parts = (0..<size).map { share(of: memory.count, rank: $0) }
    let (own, others) = (parts[rank], (0..<size).filter { $0 != rank })
    var arriving = [Int64](repeating: 0, count: own.count * others.count)
    arriving.withMutableSharedMemory { arriving in
      exchange(
        sending: others.filter { !parts[$0].isEmpty }.map {
          OutgoingMessage(
            to: $0,
            UnsafeRawBufferPointer(
              UnsafeBufferPointer(start: memory + parts[$0].lowerBound, count: parts[$0].count)))
        },
        receiving: own.isEmpty
          ? []
          : others.enumerated().map { place, other in
            IncomingMessage(
              from: other,
              UnsafeMutableRawBufferPointer(
                UnsafeMutableBufferPointer(start: arriving + place * own.count, count: own.count)))
          })
      for place in 0..<others.count {
        for index in 0..<own.count {
          memory[own.lowerBound + index] += arriving[place * own.count + index]
        }
      }
    }
    gather(memory, runs: parts)
  }

  /// A number of every process, in their order.
  package func gather(_ number: Int) -> [Int] {
    var numbers = [Int](repeating: 0, count: size)
    numbers[rank] = number
    numbers.withMutableSharedMemory { gather($0, runs: (0..<size).map { $0..<($0 + 1) }) }
    return numbers
  }

  /// Calls `body` with the bytes of every other process, which travel around the ring: no more than
  /// those of two processes are held at a time.
  package func forEachOther(_ own: [UInt8], _ body: (_ rank: Int, _ bytes: [UInt8]) -> Void) {
    guard size > 1 else { return }
    let counts = gather(own.count)
    let (next, previous) = ((rank + 1) % size, (rank + size - 1) % size)
    var held = own
    for step in 0..<(size - 1) {
      let source = (rank + 2 * size - step - 1) % size
      var arriving = [UInt8](repeating: 0, count: counts[source])
      held.withUnsafeBytes { held in
        arriving.withUnsafeMutableBytes { arriving in
          exchange(
            sending: held.isEmpty ? [] : [OutgoingMessage(to: next, held)],
            receiving: arriving.isEmpty ? [] : [IncomingMessage(from: previous, arriving)])
        }
      }
      body(source, arriving)
      held = arriving
    }
  }

  /// The bytes of all processes, in their order.
  package func gather(_ own: [UInt8]) -> [[UInt8]] {
    var all = [[UInt8]](repeating: [], count: size)
    all[rank] = own
    forEachOther(own) { all[$0] = $1 }
    return all
  }

  /// Returns when every process has got here.
  package func waitForAll() { _ = gather(0) }
}
