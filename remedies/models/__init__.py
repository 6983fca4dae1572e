"""What is stored about policies, offers, exceptions, refusals and the ledger."""

from remedies.models.backtests import Backtest as Backtest
from remedies.models.backtests import BacktestPart as BacktestPart
from remedies.models.backtests import BacktestState as BacktestState
from remedies.models.budgets import Budget as Budget
from remedies.models.exceptions import DecisionLevel as DecisionLevel
from remedies.models.exceptions import ExceptionApproval as ExceptionApproval
from remedies.models.exceptions import ExceptionRequest as ExceptionRequest
from remedies.models.ledger import Remedy as Remedy
from remedies.models.ledger import RemedyEntry as RemedyEntry
from remedies.models.offers import Offer as Offer
from remedies.models.offers import OfferComponent as OfferComponent
from remedies.models.offers import Refusal as Refusal
from remedies.models.pain import PainScheme as PainScheme
from remedies.models.policies import Authority as Authority
from remedies.models.policies import Grantor as Grantor
from remedies.models.policies import PolicyAct as PolicyAct
from remedies.models.policies import RemedyPolicy as RemedyPolicy
from remedies.models.proposals import RuleProposal as RuleProposal
from remedies.models.reconciling import Difference as Difference
from remedies.models.reconciling import Reconciliation as Reconciliation
from remedies.models.vouchers import CodeSource as CodeSource
from remedies.models.vouchers import PoolDeed as PoolDeed
from remedies.models.vouchers import PoolEntry as PoolEntry
from remedies.models.vouchers import VoucherCode as VoucherCode
from remedies.models.vouchers import VoucherPool as VoucherPool
