import ContrastiveCore
import Dispatch
import Synchronization

/// The images of the next step, decoded or read while the current one is computed.
///
/// No effect on a result: what is taken is what the source gives for the indices, whether or not it
/// was asked for before.
final class ImagesAhead: Sendable {
  /// Images that are on their way.
  private final class Request: Sendable {
    let indices: [Int]
    let isDone = DispatchSemaphore(value: 0)
    let result = Mutex<Result<Pixels, ContrastiveError>?>(nil)

    init(_ indices: [Int]) { self.indices = indices }
  }

  private let source: any ImageSource
  private let workers: Workers
  private let request = Mutex<Request?>(nil)
  private let queue = DispatchQueue(label: "contrastive.images")

  init(_ source: any ImageSource, workers: Workers) {
    (self.source, self.workers) = (source, workers)
  }

  /// Begins to prepare images, at most one batch at a time.
  func start(_ indices: [Int]) {
    let request = Request(indices)
    self.request.withLock { $0 = request }
    queue.async { [source, workers] in
      let result: Result<Pixels, ContrastiveError>
      do throws(ContrastiveError) {
        result = .success(try source.checkedPixels(at: indices, workers: workers))
      } catch {
        result = .failure(error)
      }
      request.result.withLock { $0 = result }
      request.isDone.signal()
    }
  }

  /// The images of some indices, waited for where they are on their way.
  ///
  /// - Throws: what the source throws.
  func take(_ indices: [Int]) throws(ContrastiveError) -> Pixels {
    let request = self.request.withLock { request in
      defer { request = nil }
      return request
    }
    if let request, request.indices == indices {
      request.isDone.wait()
      if let result = request.result.withLock({ $0 }) { return try result.get() }
    }
    return try source.checkedPixels(at: indices, workers: workers)
  }
}
