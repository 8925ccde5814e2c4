/// A bank of embeddings that knows its samples.
///
/// Two banks share one idea of a slot (`BankSlots`): `QueueBank`, in which the newest embeddings
/// push out the oldest, and `SampleBank`, with a slot for each sample of a data set. Both are
/// values: a copy is a snapshot.
public protocol MemoryBank: Bank {
  /// The slots with what is known of each.
  var slots: BankSlots { get }
  /// Slots that are columns, from the first on.
  var columnCount: Int { get }
  /// Slots that hold an embedding.
  var count: Int { get }
  /// The step of the last write, or −1 before the first.
  var lastStep: Int { get }
}

extension MemoryBank {
  /// Whether no slot holds an embedding.
  package var isEmpty: Bool { count == 0 }

  /// The embeddings' dimension.
  package var dimension: Int { slots.dimension }

  /// The embeddings: row i is slot i.
  ///
  /// Without a copy for a bank in Float32. A bank in half precision is widened as a whole;
  /// objectives take its `columns` instead.
  public var rows: Matrix { slots.rows(columnCount) }
}
