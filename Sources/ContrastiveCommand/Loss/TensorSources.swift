import ContrastiveCalls
import ContrastiveCore
import ContrastiveFiles

extension MappedSafetensors: TensorSource {
  package var name: String { path }

  package var tensorNames: Set<String> { names.readable }

  package func mentions(_ name: String) -> Bool {
    names.readable.contains(name) || names.others.contains(name)
  }

  package func input(_ name: String) throws(ContrastiveError) -> InputTensor {
    if let (shape, row) = row(name) { return InputTensor(shape: shape, row: row) }
    if let tensor = try tensor(name) { return InputTensor(tensor) }
    // It says what is wrong.
    return InputTensor(try SafetensorsFile(path: path).tensor(name))
  }
}

extension SafetensorsFile: TensorSource {
  package var name: String { path ?? "tensors" }

  package var tensorNames: Set<String> { Set(tensors.keys) }

  package func mentions(_ name: String) -> Bool {
    tensors[name] != nil || unsupported[name] != nil
  }

  package func input(_ name: String) throws(ContrastiveError) -> InputTensor {
    InputTensor(try tensor(name))
  }
}
