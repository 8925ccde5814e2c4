internal import CContrastive
import CLibrary
import ContrastiveCore
import ContrastiveTensors

/// What is wrong with the tensors of a call as such: missing, unnamed, twice there.
struct TensorFailure: Error {
  let argument: String
  let problem: String
}

/// Runs the body of a C function: 0, or the status of what it throws, whose message the thread
/// keeps; `ofFiles` is that of what is wrong with a file.
func attempt(
  ofFiles: Int = CONTRASTIVE_BAD_TENSOR, _ body: () throws -> Void
) -> contrastive_status {
  do {
    try body()
    return contrastive_status(CONTRASTIVE_OK)
  } catch let error as ContrastiveError {
    LastFailure.keep(error.description, argument: error.argument)
    if case .file = error { return contrastive_status(ofFiles) }
    return contrastive_status(error.status)
  } catch let error as TensorFailure {
    LastFailure.keep("\(error.argument): \(error.problem)", argument: error.argument)
    return contrastive_status(CONTRASTIVE_BAD_TENSOR)
  } catch {
    LastFailure.keep("\(error)", argument: "")
    return contrastive_status(CONTRASTIVE_BAD_MACHINE)
  }
}

/// The same of a function of tensors by name and options that gives a result.
func attempt(
  _ inputs: UnsafePointer<contrastive_tensor>?, _ inputCount: Int,
  _ options: UnsafePointer<CChar>?, _ control: UnsafePointer<contrastive_control>?,
  giving result: UnsafeMutablePointer<OpaquePointer?>?,
  _ body: (CallerTensors, [String: JSONValue], Workers) throws -> ResultHandle
) -> contrastive_status {
  attempt {
    let tensors = try CallerTensors(inputs, count: inputCount)
    try body(tensors, objectOptions(options), Workers(control)).handOut(to: result)
  }
}

extension ContrastiveError {
  /// The status that C sees.
  fileprivate var status: Int {
    switch self {
    case .parameter: CONTRASTIVE_BAD_OPTION
    case .shape: CONTRASTIVE_BAD_SHAPE
    case .elementType: CONTRASTIVE_BAD_TYPE
    case .empty, .bankNotFilled: CONTRASTIVE_EMPTY
    case .nonFinite, .tooLarge: CONTRASTIVE_NOT_FINITE
    case .zeroNorm: CONTRASTIVE_ZERO_ROW
    case .index: CONTRASTIVE_BAD_INDEX
    case .file: CONTRASTIVE_BAD_TENSOR
    case .blas: CONTRASTIVE_BAD_MACHINE
    case .canceled: CONTRASTIVE_CANCELED
    }
  }

  /// The tensor or option that it is about.
  fileprivate var argument: String {
    switch self {
    case .parameter(let name, _, _): name
    case .shape(let name, _, _), .elementType(let name, _, _), .empty(let name),
      .nonFinite(let name, _, _, _), .tooLarge(let name, _, _, _, _), .zeroNorm(let name, _),
      .index(let name, _, _, _), .bankNotFilled(let name):
      name
    case .file(let path, _): path
    case .blas, .canceled: ""
    }
  }
}

/// The last failure of each thread, kept until its next one.
private final class LastFailure {
  private let message: UnsafeMutablePointer<CChar>?
  private let argument: UnsafeMutablePointer<CChar>?

  private init(_ message: String, argument: String) {
    self.message = strdup(message)
    self.argument = strdup(argument)
  }

  deinit {
    free(message)
    free(argument)
  }

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) {
      let context: UnsafeMutableRawPointer? = $0
      context.map { Unmanaged<LastFailure>.fromOpaque($0).release() }
    }
    return key
  }()

  private static var current: LastFailure? {
    pthread_getspecific(key).map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  static func keep(_ message: String, argument: String) {
    let previous = pthread_getspecific(key)
    let new = LastFailure(message, argument: argument)
    pthread_setspecific(key, Unmanaged.passRetained(new).toOpaque())
    previous.map { Unmanaged<LastFailure>.fromOpaque($0).release() }
  }

  static func text(_ path: (LastFailure) -> UnsafeMutablePointer<CChar>?) -> UnsafePointer<CChar> {
    guard let text = current.flatMap(path) else { return Constant.empty.text }
    return UnsafePointer(text)
  }

  static var messageText: UnsafePointer<CChar> { text { $0.message } }
  static var argumentText: UnsafePointer<CChar> { text { $0.argument } }
}

/// Text that is never freed.
struct Constant: @unchecked Sendable {
  let text: UnsafePointer<CChar>

  init(_ text: StaticString) {
    self.text = UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }

  static let empty = Constant("")
  static let version = Constant("0.2.0")
}

/// The version of the binary interface.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_abi_version() -> Int32 { CONTRASTIVE_ABI_VERSION }

/// The version of the library.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_version() -> UnsafePointer<CChar>! { Constant.version.text }

/// The calling thread's last failure.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_error_message() -> UnsafePointer<CChar>! { LastFailure.messageText }

/// What that failure is about.
///
/// The contract is in `contrastive.h`.
@c @implementation
public func contrastive_error_argument() -> UnsafePointer<CChar>! { LastFailure.argumentText }
