import CLibrary

/// The memory that the machine has.
package enum MachineMemory {
  /// Bytes.
  package static let bytes = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))

  /// Whether so many bytes fit, as far as is known; an overflowed number of them does not.
  package static func holds(_ count: Int, times width: Int) -> Bool {
    let (needed, overflow) = count.multipliedReportingOverflow(by: width)
    return !overflow && (bytes <= 0 || needed <= bytes)
  }
}
