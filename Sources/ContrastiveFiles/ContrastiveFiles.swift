// Files hold tensors: whoever reads them needs both.
@_exported import ContrastiveTensors
