import Foundation

/// Whether `make sanitize` runs the tests under AddressSanitizer: code is slower, and the process
/// holds memory that is freed.
public let isSanitized = ProcessInfo.processInfo.environment["CONTRASTIVE_SANITIZED"] != nil
