import Contrastive

extension ContrastiveError {
  /// The same error with the library's names of arguments replaced by the user's.
  package func naming(_ names: [String: String]) -> ContrastiveError {
    func known(_ name: String) -> String { names[name] ?? name }
    switch self {
    case .parameter(let name, let found, let expected):
      return .parameter(name: known(name), found: found, expected: expected)
    case .shape(let name, let found, let expected):
      return .shape(argument: known(name), found: found, expected: expected)
    case .elementType(let name, let found, let expected):
      return .elementType(argument: known(name), found: found, expected: expected)
    case .empty(let name): return .empty(argument: known(name))
    case .nonFinite(let name, let row, let column, let found):
      return .nonFinite(argument: known(name), row: row, column: column, found: found)
    case .tooLarge(let name, let row, let column, let found, let limit):
      return .tooLarge(argument: known(name), row: row, column: column, found: found, limit: limit)
    case .zeroNorm(let name, let row): return .zeroNorm(argument: known(name), row: row)
    case .index(let name, let position, let found, let expected):
      return .index(argument: known(name), position: position, found: found, expected: expected)
    case .bankNotFilled, .file, .blas, .canceled: return self
    }
  }
}
