import Contrastive
import ContrastiveFiles

extension ParameterVector: Stateful {
  /// Exchanges every array of the layout under its own name and shape; loaded numbers are finite.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    for slot in layout.slots {
      var part = SlotValues(shape: slot.shape, values: Array(values[slot.range]))
      try state(slot.name, &part)
      if state.isLoading { values.replaceSubrange(slot.range, with: part.values) }
    }
  }

  /// The array of one slot.
  private struct SlotValues: Stateful {
    let shape: [Int]
    var values: [Float]

    mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
      values = try state.array(values, shape: shape)
      guard state.isLoading, let position = values.firstIndex(where: { !$0.isFinite }) else {
        return
      }
      throw state.failure("holds \(values[position]) at position \(position)")
    }
  }
}

extension ImageEncoder: Stateful {
  /// Exchanges the parameters and the running statistics.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try network.parameters.exchange(&state)
    try network.buffers.exchange(&state)
  }
}

extension MomentumEncoder: Stateful {
  /// Exchanges the averaged encoder.
  public mutating func exchange(_ state: inout StateExchange) throws(ContrastiveError) {
    try encoder.exchange(&state)
  }
}
