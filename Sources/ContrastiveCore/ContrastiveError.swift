#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What can be wrong with an argument, a file or the machine.
///
/// Every case names what is wrong (`argument` or `path`), what was found and what was wanted, so
/// that `description` is one line a reader can act on. User data never traps.
public enum ContrastiveError: Error, Equatable, Sendable {
  /// A hyper-parameter outside its range, such as a temperature of 0.
  case parameter(name: String, found: String, expected: String)
  /// An array whose shape does not fit.
  case shape(argument: String, found: String, expected: String)
  /// An array of elements of a type that does not fit.
  case elementType(argument: String, found: String, expected: String)
  /// An array without rows where at least one is needed.
  case empty(argument: String)
  /// A NaN or an infinity; the first in row-major order.
  case nonFinite(argument: String, row: Int, column: Int, found: String)
  /// A finite element so large that a dot product would overflow Float32.
  case tooLarge(argument: String, row: Int, column: Int, found: String, limit: String)
  /// A row of norm 0 that was to be normalized.
  case zeroNorm(argument: String, row: Int)
  /// An index or a label outside its range.
  case index(argument: String, position: Int, found: String, expected: String)
  /// A bank that holds no row yet.
  case bankNotFilled(argument: String)
  /// A file that cannot be read, written or understood.
  case file(path: String, problem: String)
  /// A BLAS that does not do what the engine relies on.
  case blas(configuration: String, problem: String)
  /// The call's task was canceled, or its progress closure said stop.
  case canceled
}

extension ContrastiveError: CustomStringConvertible {
  /// One line: the argument, what was found, what was wanted.
  public var description: String {
    switch self {
    case .parameter(let name, let found, let expected):
      "\(name): found \(found), expected \(expected)"
    case .shape(let argument, let found, let expected):
      "\(argument): found shape \(found), expected \(expected)"
    case .elementType(let argument, let found, let expected):
      "\(argument): found elements of type \(found), expected \(expected)"
    case .empty(let argument):
      "\(argument): found no rows, expected at least one"
    case .nonFinite(let argument, let row, let column, let found):
      "\(argument): found \(found) at row \(row), column \(column), expected a finite number"
    case .tooLarge(let argument, let row, let column, let found, let limit):
      "\(argument): found \(found) at row \(row), column \(column), expected at most \(limit)"
    case .zeroNorm(let argument, let row):
      "\(argument): found norm 0 at row \(row), expected a row that can be normalized"
    case .index(let argument, let position, let found, let expected):
      "\(argument): found \(found) at position \(position), expected \(expected)"
    case .bankNotFilled(let argument):
      "\(argument): found a bank with no row written yet, expected at least one"
    case .file(let path, let problem):
      "\(path): \(problem)"
    case .blas(let configuration, let problem):
      "BLAS (\(configuration)): \(problem)"
    case .canceled:
      "canceled before it was done"
    }
  }
}

extension ContrastiveError: LocalizedError {
  /// The text of `description`, which `localizedDescription` then is, too.
  public var errorDescription: String? { description }
}
